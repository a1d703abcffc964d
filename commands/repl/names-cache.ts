import { type KnownNames, noNames } from '../completion/known-names.ts'
import type { Place } from './place.ts'

/** While nothing is typed, names are looked up again so often. */
const EVERY_MS = 5000
/** After so long without a key nobody is there: it is not looked up again until one is pressed. */
const IDLE_MS = 60_000

/** The names that exist where the REPL is connected, looked up in the background. Nobody ever waits for them. */
export class NamesCache {
  readonly #place: () => Place
  readonly #profiles: () => readonly string[]
  readonly #changed: () => void
  #names: KnownNames = noNames
  #isLooking = false
  #timer: NodeJS.Timeout | undefined
  #lastKeyAt = performance.now()

  constructor(place: () => Place, profiles: () => readonly string[], changed: () => void) {
    this.#place = place
    this.#profiles = profiles
    this.#changed = changed
  }

  get names(): KnownNames {
    return this.#names
  }

  /** A key was pressed. */
  touch(): void {
    const wasAway = performance.now() - this.#lastKeyAt > IDLE_MS
    this.#lastKeyAt = performance.now()
    if (wasAway) this.refresh()
  }

  /** Looks the names up, without being waited for. */
  refresh(): void {
    clearTimeout(this.#timer)
    if (!this.#isLooking) void this.#look()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#isLooking = true
  }

  async #look(): Promise<void> {
    const current = this.#place().session.current
    this.#isLooking = true
    try {
      if (current === undefined) return
      const admin = current.session.rafka.admin()
      const all = await admin.listTopics()
      const topics = all.filter(({ internal }) => !internal).map(({ name }) => name)
      const known = this.#names.configs.length > 0 || topics.length === 0
      const configs = known ? [] : await admin.describeConfigs({ type: 'topic', name: topics[0]! }).catch(() => [])
      this.#names = {
        ...this.#names,
        topics: topics.sort(),
        groups: await admin.listGroups().then(
          (groups) => groups.map(({ group }) => group).sort(),
          () => this.#names.groups,
        ),
        users: await admin.describeUsers().then(
          (users) => users.map(({ user }) => user),
          () => this.#names.users,
        ),
        profiles: this.#profiles(),
        configs: known ? this.#names.configs : configs.map(({ name }) => name),
      }
      this.#changed()
    } catch {
      // What was known stays; the next line that needs the broker says what is wrong.
    } finally {
      if (this.#isLooking) this.#again()
      this.#isLooking = false
    }
  }

  #again(): void {
    clearTimeout(this.#timer)
    if (performance.now() - this.#lastKeyAt > IDLE_MS) return
    this.#timer = setTimeout(() => this.refresh(), EVERY_MS)
    this.#timer.unref()
  }
}
