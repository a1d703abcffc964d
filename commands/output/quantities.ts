const sizeUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** `8294` as `8.1 KiB`. */
export function formatSize(bytes: number): string {
  let amount = bytes
  let unit = 0
  while (amount >= 1023.95 && unit < sizeUnits.length - 1) {
    amount /= 1024
    unit += 1
  }
  return `${unit === 0 ? amount : amount.toFixed(1)} ${sizeUnits[unit]}`
}

/** `12345` as `12,345`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `1 record`, `2 records`, `2 batches`. */
export function countOf(count: number, noun: string): string {
  const ending = count === 1 ? '' : noun.endsWith('ch') ? 'es' : 's'
  return `${formatCount(count)} ${noun}${ending}`
}

/** `14 ms`, `1.2 s`, `3 min 20 s`. */
export function formatElapsed(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}
