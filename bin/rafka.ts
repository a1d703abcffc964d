#!/usr/bin/env node
import { main } from '../commands/main.ts'

// Never process.exit: what was written to a slow pipe would be lost.
process.exitCode = await main(process.argv.slice(2))
