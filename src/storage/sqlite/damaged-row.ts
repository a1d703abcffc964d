/** A row whose guard does not fit: SQLite read it, but it is not what was written. */
export class DamagedRow extends Error {
  /** @param where names the row */
  constructor(where: string) {
    super(`${where} is not what was written`)
    this.name = 'DamagedRow'
  }
}
