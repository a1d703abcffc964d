/** Given to Node with `--import`: writes the name of each package that the program imports or requires to the file `RECORD_IMPORTS`, one a line. */
import { appendFileSync } from 'node:fs'
import Module, { register } from 'node:module'

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

const load = Module._load
Module._load = function (request, parent, ...others) {
  const isPackage = /^[@a-z]/.test(request) && !Module.isBuiltin(request)
  if (isPackage && !parent?.filename?.includes('node_modules'))
    appendFileSync(process.env.RECORD_IMPORTS, `${request}\n`)
  return load.call(this, request, parent, ...others)
}
