/** The names of a project's metrics, for patterns and for words that are nearly right. Read once, and again when a hint names a new one. */

import type { ProjectApi } from './project'
import type { SeriesLoader } from './seriesLoader'

const PAGE = 1000
/** More names than this are not read: a pattern over them would draw no picture. */
const KEYS_MAX = 20_000
/** Between two readings of the list while new metrics keep coming. */
const AGAIN_MS = 2000

type Section = 'metric' | 'system'

interface Source {
  api: Pick<ProjectApi, 'columns'>
  loader: Pick<SeriesLoader, 'onKeys'>
}

export interface KnownKey {
  name: string
  /** Runs that have it. */
  runCount: number
}

export class MetricKeys {
  private readonly source: Source
  private readonly section: Section
  private readonly known = new Map<string, KnownKey>()
  private readonly listeners = new Set<() => void>()
  private reading: Promise<void> | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private stop: (() => void) | null = null
  isRead = false
  /** More exist than were read. */
  isCut = false

  constructor(source: Source, section: Section) {
    this.source = source
    this.section = section
  }

  get names(): readonly string[] {
    return [...this.known.keys()]
  }

  get all(): readonly KnownKey[] {
    return [...this.known.values()]
  }

  /** Calls `listener` after every change, and begins to read. Returns how to stop that. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener)
    this.stop ??= this.source.loader.onKeys(keys => this.heard(keys))
    if (!this.isRead) void this.read()
    return () => {
      this.listeners.delete(listener)
      if (this.listeners.size > 0) return
      this.stop?.()
      this.stop = null
      clearTimeout(this.timer)
      this.timer = undefined
    }
  }

  private heard(keys: readonly string[]): void {
    if (this.section !== 'metric' || this.timer !== undefined || keys.every(key => this.known.has(key))) return
    this.timer = setTimeout(() => {
      this.timer = undefined
      void this.read()
    }, AGAIN_MS)
  }

  private read(): Promise<void> {
    this.reading ??= this.pages().finally(() => (this.reading = null))
    return this.reading
  }

  private async pages(): Promise<void> {
    let cursor = ''
    const before = this.known.size
    try {
      do {
        const page = await this.source.api.columns({ section: this.section, cursor, limit: PAGE })
        for (const { key, run_count } of page.columns) this.known.set(key, { name: key, runCount: run_count })
        cursor = page.next ?? ''
      } while (cursor && this.known.size < KEYS_MAX)
      this.isCut = cursor !== ''
    } catch {
      // The page's own list says that the server does not answer; the next hint or panel asks again.
      return
    }
    const isFirst = !this.isRead
    this.isRead = true
    if (isFirst || this.known.size !== before) for (const listener of this.listeners) listener()
  }
}

const books = new WeakMap<object, Map<Section, MetricKeys>>()

/** The names of one page's project: shared by all its panels. */
export function metricKeys(source: Source, section: Section): MetricKeys {
  const bySection = books.get(source.loader) ?? new Map<Section, MetricKeys>()
  books.set(source.loader, bySection)
  const book = bySection.get(section) ?? new MetricKeys(source, section)
  bySection.set(section, book)
  return book
}

/** Metrics that a regular expression finds, in order of name. Throws what is wrong with it. */
export function matching(names: readonly string[], pattern: string): string[] {
  const found = new RegExp(pattern, 'u')
  return names.filter(name => found.test(name)).toSorted()
}

/** The name most like `wanted`: few edits away; null when nothing is near. */
export function nearestKey(keys: readonly KnownKey[], wanted: string): KnownKey | null {
  let best: KnownKey | null = null
  let least = Math.max(2, Math.floor(wanted.length / 3)) + 1
  for (const key of keys) {
    if (Math.abs(key.name.length - wanted.length) >= least) continue
    const away = edits(key.name, wanted, least)
    if (away < least || (away === least && best && key.runCount > best.runCount)) [best, least] = [key, away]
  }
  return best
}

/** Insertions, deletions and changes between two texts; gives up at `most`. */
function edits(a: string, b: string, most: number): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(
          (row[j] as number) + 1,
          (next[j - 1] as number) + 1,
          (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      )
    if (Math.min(...next) >= most) return most
    row = next
  }
  return row[b.length] as number
}
