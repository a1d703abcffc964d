/** Which engine keeps the data. */
export type StorageType = 'sqlite' | 'memory'
