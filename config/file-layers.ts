import { RafkaError } from '../src/index.ts'
import type { ConfigKeyName } from './config-keys.ts'
import type { ConfigFiles } from './find-config-file.ts'
import type { ChosenProfile, Setting } from './load-config.ts'
import { nearestName } from './nearest-name.ts'
import { type FileContents, type FileValue, readConfigFile } from './read-config-file.ts'

type Layer = ReadonlyMap<ConfigKeyName, Setting>

/** What files say, the weakest first, and the profile among it. */
export interface FileLayers {
  readonly layers: readonly Layer[]
  readonly profile: ChosenProfile | undefined
}

/**
 * Reads the files. Whoever names a profile wants it over the folder's own file; the current one is only a default.
 * @throws RafkaError `INVALID_CONFIGURATION`, also for a profile that does not exist
 */
export function fileLayers({ nearest, users }: ConfigFiles, wanted: ChosenProfile | undefined): FileLayers {
  const nearestSays = nearest === undefined ? undefined : readConfigFile(nearest, false)
  const usersSays = users === undefined ? undefined : readConfigFile(users, true)
  const nearestLayer = layerOf(nearestSays?.values, nearest?.file)
  const usersLayer = layerOf(usersSays?.values, users?.file)
  const profile = wanted ?? currentOf(usersSays, users?.file)
  if (profile === undefined) return { layers: [usersLayer, nearestLayer], profile }
  const profileLayer = layerOf(profileOf(profile, usersSays), users?.file, profile.name)
  const [weaker, stronger] = wanted === undefined ? [profileLayer, nearestLayer] : [nearestLayer, profileLayer]
  return { layers: [usersLayer, weaker, stronger], profile }
}

function layerOf(values: ReadonlyMap<ConfigKeyName, FileValue> = new Map(), file = '', profile?: string): Layer {
  return new Map(
    [...values].map(([name, { value, text, line }]) => {
      const origin =
        profile === undefined
          ? { from: 'file' as const, file, line }
          : { from: 'profile' as const, profile, file, line }
      return [name, { value, text, origin }]
    }),
  )
}

function currentOf(says: FileContents | undefined, file: string | undefined): ChosenProfile | undefined {
  if (says?.current === undefined) return undefined
  return { name: says.current.text, chosenBy: `${file}:${says.current.line}`, isNamed: false }
}

function profileOf({ name, chosenBy }: ChosenProfile, says: FileContents | undefined) {
  const values = says?.profiles.get(name)
  if (values !== undefined) return values
  const near = nearestName(name, says?.profiles.keys() ?? [])
  throw new RafkaError('INVALID_CONFIGURATION', `${chosenBy}: there is no profile "${name}"`, {
    details: {
      key: 'current',
      hint: near === undefined ? 'rafka profile list shows all' : `did you mean "${near}"?  rafka profile list`,
    },
  })
}
