/** An older version of the same package, under another name. */
declare module 'better-sqlite3-12' {
  export { default } from 'better-sqlite3'
}
