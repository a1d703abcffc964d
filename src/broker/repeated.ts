/** Those of `names` that come more than once: a request may not name a thing twice. */
export function repeated(names: Iterable<string>): ReadonlySet<string> {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) twice.add(name)
    seen.add(name)
  }
  return twice
}

/** Each item once, where its name first comes: an answer does not say the same twice. */
export function firstOfEach<Item>(items: readonly Item[], nameOf: (item: Item) => string): Item[] {
  const seen = new Set<string>()
  return items.filter((item) => {
    const isNew = !seen.has(nameOf(item))
    seen.add(nameOf(item))
    return isNew
  })
}
