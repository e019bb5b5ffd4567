/**
 * The run list's state outside React: pages as the server gives them, the row the keyboard is on, the selection.
 *
 * A new question keeps the old rows until its answer is here; a refused one keeps them and says why. Rows that did not change
 * stay the same objects, so that a live refresh renders only rows that did.
 */

import { createStore, type StoreApi } from 'zustand'
import { ApiError } from '../../data/client'
import type { ProjectApi, Run, RunPage, SortKey } from '../../data/project'

export interface ListQuery {
  filter: string
  search: string
  sort: SortKey
  columns: string[]
}

export interface RunListState {
  runs: readonly Run[]
  total: number
  runningCount: number
  next: string
  /** `first`: nothing was ever here. */
  status: 'first' | 'ready' | 'failed'
  isLoading: boolean
  error: unknown
  /** The question that `runs` answer. */
  answered: ListQuery | null
  cursor: string | null
  selected: ReadonlySet<string>
}

const PAGE = 200
const PAGE_MAX = 1000

type Api = Pick<ProjectApi, 'runs'>

export class RunList {
  readonly state: StoreApi<RunListState>
  private readonly api: Api
  private query: ListQuery | null = null
  private abort = new AbortController()
  private isMore = false

  constructor(api: Api) {
    this.api = api
    this.state = createStore<RunListState>(() => ({
      runs: [],
      total: 0,
      runningCount: 0,
      next: '',
      status: 'first',
      isLoading: false,
      error: null,
      answered: null,
      cursor: null,
      selected: new Set(),
    }))
  }

  /** Ask something else. `atLeast` rows are wanted at once. */
  ask(query: ListQuery, atLeast: number): void {
    if (this.query && JSON.stringify(this.query) === JSON.stringify(query)) return
    this.query = query
    void this.load(Math.max(PAGE, atLeast))
  }

  /** The same question again, for as many rows as are here. */
  refresh(): Promise<void> {
    return this.query ? this.load(Math.max(PAGE, this.state.getState().runs.length)) : Promise.resolve()
  }

  /** The next page, once at a time. */
  async more(limit = PAGE): Promise<void> {
    const { next, status } = this.state.getState()
    if (!this.query || this.isMore || !next || status !== 'ready') return
    this.isMore = true
    const { signal } = this.abort
    try {
      const page = await this.page(this.query, next, limit, signal)
      if (signal.aborted) return
      const { runs } = this.state.getState()
      // A run may come again when others arrived since the last page.
      const known = new Set(runs.map(run => run.id))
      this.state.setState({
        runs: [...runs, ...page.runs.filter(run => !known.has(run.id))],
        total: page.total,
        next: page.next ?? '',
      })
    } catch (error) {
      if (!signal.aborted) this.state.setState({ error })
    } finally {
      this.isMore = false
    }
  }

  setCursor(cursor: string | null): void {
    this.state.setState({ cursor })
  }

  /** Moves the keyboard's row by so many; from nowhere it goes to the first. */
  move(by: number): string | null {
    const { runs, cursor } = this.state.getState()
    const place = runs.findIndex(run => run.id === cursor)
    const next = runs[place < 0 ? 0 : Math.max(0, Math.min(runs.length - 1, place + by))]
    if (next) this.setCursor(next.id)
    return next?.id ?? null
  }

  toggleSelected(run: string): void {
    const selected = new Set(this.state.getState().selected)
    if (!selected.delete(run)) selected.add(run)
    this.state.setState({ selected })
  }

  clearSelected(): void {
    this.state.setState({ selected: new Set() })
  }

  close(): void {
    this.abort.abort()
  }

  private async load(wanted: number): Promise<void> {
    const query = this.query as ListQuery
    this.abort.abort()
    this.abort = new AbortController()
    const { signal } = this.abort
    this.state.setState({ isLoading: true })
    try {
      const running = this.running(query, signal)
      const found: Run[] = []
      let page: RunPage
      let cursor = ''
      do {
        page = await this.page(query, cursor, Math.min(PAGE_MAX, wanted - found.length), signal)
        found.push(...page.runs)
        cursor = page.next ?? ''
      } while (cursor && found.length < wanted)
      const runningCount = await running
      if (signal.aborted) return
      const before = new Map(this.state.getState().runs.map(run => [run.id, run]))
      this.state.setState({
        runs: found.map(run => kept(before.get(run.id), run)),
        total: page.total,
        next: cursor,
        runningCount,
        status: 'ready',
        isLoading: false,
        error: null,
        answered: query,
      })
    } catch (error) {
      if (signal.aborted) return
      const { status } = this.state.getState()
      this.state.setState({ isLoading: false, error, status: status === 'first' ? 'failed' : status })
    }
  }

  private page(query: ListQuery, cursor: string, limit: number, signal: AbortSignal): Promise<RunPage> {
    const { filter, search, sort, columns } = query
    return this.api.runs({ filter, search, sort: [sort], columns: columns.filter(Boolean), cursor, limit }, signal)
  }

  /** How many of the matching runs run now: the first page may not hold them all. */
  private async running(query: ListQuery, signal: AbortSignal): Promise<number> {
    const filter = query.filter ? `(${query.filter}) and state = "running"` : 'state = "running"'
    try {
      const page = await this.api.runs(
        { filter, search: query.search, sort: [], columns: [], cursor: '', limit: 1 },
        signal,
      )
      return page.total
    } catch {
      // The main question tells what is wrong.
      return 0
    }
  }
}

/** `before` if nothing of it changed. */
function kept(before: Run | undefined, now: Run): Run {
  return before && JSON.stringify(before) === JSON.stringify(now) ? before : now
}

/** Where a filter's text is wrong: the character and the reason. Null for any other error. */
export function filterFault(error: unknown): { at: number; detail: string } | null {
  if (!(error instanceof ApiError) || error.code !== 'invalid_filter') return null
  const at = Number(error.fields.at)
  const { detail, hint } = error.fields as { detail?: string; hint?: string }
  return { at: Number.isFinite(at) ? at : 0, detail: [detail, hint].filter(Boolean).join('. ') || error.detail }
}
