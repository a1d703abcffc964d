#!/usr/bin/env node
/**
 * The executable: runs `program.cjs`, which is built from `program.ts` as one function, out of V8's code cache where there is one. Compiling is
 * what a short command does for most of its own time.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Script } from 'node:vm'
import { CodeCache } from './code-cache.ts'

const SETTLED_MS = 1000

const filename = join(import.meta.dirname, 'program.cjs')
const importModule = (specifier: string): Promise<unknown> => import(specifier)
compile().runInThisContext()(createRequire(filename), importModule, filename, import.meta.dirname)

function compile(): Script {
  const source = readFileSync(filename)
  const cache = CodeCache.for(process.argv.slice(2), source)
  const cachedData = cache?.read()
  // The bundle is ASCII; as Latin-1 it becomes a string without being looked at.
  const script = new Script(source.toString('latin1'), {
    filename,
    ...(cachedData === undefined ? {} : { cachedData }),
  })
  if (cache !== undefined && script.cachedDataRejected !== false) keepCode(cache, script)
  return script
}

/** Code is compiled when it is first run, so that there is most to keep when the command is done; one that goes on has by then started. */
function keepCode(cache: CodeCache, script: Script): void {
  const keep = () => {
    clearTimeout(timer)
    process.off('exit', keepIfDone)
    cache.write(script.createCachedData())
  }
  const keepIfDone = (code: number) => {
    if (code === 0) keep()
  }
  const timer = setTimeout(keep, SETTLED_MS).unref()
  process.on('exit', keepIfDone)
}
