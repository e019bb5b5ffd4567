/** What charts show besides their series: read once for all panels of a page, and again now and then while panels show it. */

const AGAIN_MS = 60_000
/** The first picture is worth more than its marks. */
const FIRST_MS = 1200
/** Things that one question may name. */
const NAMED_MAX = 1000

export abstract class Followed<T> {
  private readonly listeners = new Set<() => void>()
  private timer: ReturnType<typeof setTimeout> | undefined
  all: readonly T[] = []

  protected abstract ask(): Promise<readonly T[]>
  /** Tells two answers apart. */
  protected abstract markOf(all: readonly T[]): string

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener)
    this.timer ??= setTimeout(() => void this.read(), FIRST_MS)
    return () => {
      this.listeners.delete(listener)
      if (this.listeners.size > 0) return
      clearTimeout(this.timer)
      this.timer = undefined
    }
  }

  /** Something new is wanted: not in a minute, but soon. */
  again(): void {
    if (this.listeners.size === 0) return
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.read(), FIRST_MS)
  }

  private async read(): Promise<void> {
    try {
      const all = await this.ask()
      const isNew = this.markOf(all) !== this.markOf(this.all)
      this.all = all
      if (isNew) for (const listener of this.listeners) listener()
    } catch {
      // Charts are right without them; the next reading may succeed.
    }
    clearTimeout(this.timer)
    if (this.listeners.size > 0) this.timer = setTimeout(() => void this.read(), AGAIN_MS)
  }
}

/** About some things only: those that panels have drawn. */
export abstract class OfSome<T> extends Followed<T> {
  private wanted: ReadonlySet<string> = new Set()

  want(names: readonly string[]): void {
    if (names.every(name => this.wanted.has(name))) return
    // Those asked for last are the ones that are looked at.
    this.wanted = new Set([...names, ...this.wanted].slice(0, NAMED_MAX))
    this.again()
  }

  protected abstract askOf(names: readonly string[]): Promise<readonly T[]>

  protected async ask(): Promise<readonly T[]> {
    return this.wanted.size === 0 ? [] : await this.askOf([...this.wanted])
  }
}
