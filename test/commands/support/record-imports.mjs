/** Given to Node with `--import`: writes the name of each package that the program imports to the file `RECORD_IMPORTS`, one a line. */
import { register } from 'node:module'

const hooks = `
  import { appendFileSync } from 'node:fs'
  export async function resolve(specifier, context, next) {
    if (/^[@a-z]/.test(specifier) && !/^(node|file|data):/.test(specifier)) {
      appendFileSync(${JSON.stringify(process.env.RECORD_IMPORTS)}, specifier + '\\n')
    }
    return next(specifier, context)
  }
`
register(`data:text/javascript,${encodeURIComponent(hooks)}`)
