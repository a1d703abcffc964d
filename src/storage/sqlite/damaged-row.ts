/** A row whose guard does not fit: SQLite read it, but it is not what was written. Or one whose bytes are not in their file any more. */
export class DamagedRow extends Error {
  /** @param where names the row or the file */
  constructor(where: string, what = 'is not what was written') {
    super(`${where} ${what}`)
    this.name = 'DamagedRow'
  }
}
