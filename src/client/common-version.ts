import type { Api } from '../core/api.ts'

/** Versions of one API that a broker answers. */
export interface VersionRange {
  readonly minVersion: number
  readonly maxVersion: number
}

/** The highest version that both sides know, up to `maxVersion`; undefined when they share none. */
export function commonVersion(
  api: Api,
  range: VersionRange | undefined,
  maxVersion = Number.POSITIVE_INFINITY,
): number | undefined {
  if (range === undefined) return undefined
  const [ownMin, ownMax] = api.versions
  const version = Math.min(ownMax, range.maxVersion, maxVersion)
  return version >= Math.max(ownMin, range.minVersion) ? version : undefined
}
