/**
 * The run list's state outside React: pages as the server gives them, groups and their members, pinned runs, the selection.
 *
 * A new question keeps the old rows until its answer is here; a refused one keeps them and says why. Rows that did not change
 * stay the same objects, so that a live refresh renders only rows that did. A long list is not walked page by page: its order
 * comes as one small table, and what is looked at is read by id.
 */

import { createStore, type StoreApi } from 'zustand'
import { ApiError } from '../../data/client'
import { andTexts } from '../../data/filters'
import { isLive, type Run } from '../../data/project'
import type { RunGroup, RunOrder, RunQueryBody, RunQueryPage, RunSetBody } from '../../data/runs'
import { emptySelection, type Selection } from '../../ui/selection'
import { groupKey, walkGroups } from './runs/groups'
import type { GroupKey, RunSetQuery } from './runSet'

export interface ListQuestion {
  query: RunSetQuery
  columns: string[]
  group: GroupKey[]
  /** Runs that stand first whatever the filter says; the baseline before them. */
  pinned: string[]
}

/** Runs of the whole list or of one group: the first as they are, the rest by id. */
export interface Branch {
  condition: string
  total: number
  runs: readonly Run[]
  next: string
  order: RunOrder | null
}

export interface RunListState {
  runs: readonly Run[]
  total: number
  runningCount: number
  next: string
  /** Every run's id in order, once it was needed. */
  order: RunOrder | null
  groups: readonly RunGroup[]
  groupTotal: number
  /** Deeper groups were left out, because there are more than an answer holds. */
  isCut: boolean
  /** By `groupKey`. */
  branches: ReadonlyMap<string, Branch>
  /** Groups folded or opened by hand. */
  folds: ReadonlyMap<string, boolean>
  pins: readonly Run[]
  /** Runs that are drawn by name, and that the loaded pages did not hold. */
  named: readonly Run[]
  /** Runs read by id. */
  known: ReadonlyMap<string, Run>
  /** `first`: nothing was ever here. */
  status: 'first' | 'ready' | 'failed'
  isLoading: boolean
  error: unknown
  /** The question that `runs` answer. */
  answered: ListQuestion | null
  selection: Selection
}

export interface RunListApi {
  query: (body: RunQueryBody, signal?: AbortSignal) => Promise<RunQueryPage>
  order: (body: RunSetBody, signal?: AbortSignal) => Promise<RunOrder>
}

const PAGE = 200
const PAGE_MAX = 1000
/** Further than this past the loaded rows, the order is asked for instead of the pages between. */
const WALK_MAX = 400
const GROUP_PAGE = 1000
const MEMBERS_PAGE = 60
const BY_ID_MAX = 300
/** As many as the server takes in one question. */
const NAMED_PART = 1000
/** Rows beyond those in sight whose values should be here, and how many are asked for when some are not. */
const NEAR_ROWS = 30
const AHEAD_ROWS = 100
/** Groups open by themselves while they are so few. */
const OPEN_GROUPS_MAX = 8

export class RunList {
  readonly state: StoreApi<RunListState>
  private readonly api: RunListApi
  private question: ListQuestion | null = null
  private abort = new AbortController()
  private readonly busy = new Map<string, Promise<void>>()
  /** Branches in sight since the last refresh: only they are read again. */
  private seen = new Set<string>()
  private seenIds: readonly string[] = []
  private wanted: readonly string[] = []
  /** Far runs that were read since the last refresh: what is known of the others may be old. */
  private readonly fresh = new Set<string>()

  constructor(api: RunListApi) {
    this.api = api
    this.state = createStore<RunListState>(() => ({
      runs: [],
      total: 0,
      runningCount: 0,
      next: '',
      order: null,
      groups: [],
      groupTotal: 0,
      isCut: false,
      branches: new Map(),
      folds: new Map(),
      pins: [],
      named: [],
      known: new Map(),
      status: 'first',
      isLoading: false,
      error: null,
      answered: null,
      selection: emptySelection,
    }))
  }

  /** Ask something else. `atLeast` rows are wanted at once. */
  ask(question: ListQuestion, atLeast: number): void {
    if (this.question && JSON.stringify(this.question) === JSON.stringify(question)) {
      // The same runs, more of them: the next pages do.
      if (atLeast > this.state.getState().runs.length) void this.more(atLeast - this.state.getState().runs.length)
      return
    }
    this.question = question
    void this.load(Math.max(PAGE, Math.min(atLeast, PAGE_MAX)), true)
  }

  /** The same question again, for as many rows as are here. */
  refresh(): Promise<void> {
    if (!this.question) return Promise.resolve()
    return this.load(Math.max(PAGE, Math.min(this.state.getState().runs.length, PAGE_MAX)), false)
  }

  /** The next page of the whole list, once at a time. */
  more(limit = PAGE): Promise<void> {
    return this.once('more', async signal => {
      const { next, status } = this.state.getState()
      if (!this.question || !next || status !== 'ready') return
      const page = await this.page(this.question, '', next, Math.min(PAGE_MAX, limit), signal)
      if (signal.aborted) return
      const { runs } = this.state.getState()
      this.state.setState({ runs: joined(runs, page.runs), total: page.total, next: page.next ?? '' })
    })
  }

  /** What the rows from `first` to `last` of a branch (empty: the whole list) need is asked for, if it is not here. */
  see(branch: string, first: number, last: number): void {
    this.seen.add(branch)
    const { runs, next, order, branches } = this.state.getState()
    const here = branch === '' ? { runs, next, order } : branches.get(branch)
    if (!here) return void this.openBranch(branch)
    if (last < here.runs.length) return
    if (!here.order) {
      const isNear = first < here.runs.length + WALK_MAX
      if (!isNear || branch !== '') void this.readOrder(branch)
      else void this.more()
      return
    }
    const { ids } = here.order
    const around = (rows: number): string[] => ids.slice(Math.max(0, first - rows), last + 1 + rows)
    const isKnown = (id: string): boolean => this.fresh.has(id)
    this.seenIds = around(0)
    // What is in sight comes first, then at once what a hand that scrolls on sees next: it is drawn once, with all its values.
    if (!this.seenIds.every(isKnown)) void this.readIds(this.seenIds)
    else if (!around(NEAR_ROWS).every(isKnown)) void this.readIds(around(AHEAD_ROWS), { name: 'ahead' })
  }

  /** These runs are drawn, wherever they stand: those that the loaded pages do not hold are read. */
  want(ids: readonly string[]): void {
    this.wanted = ids
    void this.readWanted()
  }

  /** Whether each row of a branch from the first to `last` has its id here. */
  isListed(branch: string, last: number): boolean {
    const { runs, order, branches } = this.state.getState()
    const here = branch === '' ? { runs, order } : branches.get(branch)
    return here !== undefined && (last < here.runs.length || last < (here.order?.ids.length ?? 0))
  }

  /** Reads the ids of a branch's rows, be they in sight or not. */
  async readListed(branch: string, last: number): Promise<void> {
    if (branch !== '' && !this.state.getState().branches.has(branch)) await this.openBranch(branch)
    if (!this.isListed(branch, last)) await this.readOrder(branch, true)
  }

  toggleFold(group: string): void {
    const { folds, groups } = this.state.getState()
    this.state.setState({ folds: new Map([...folds, [group, isOpen(group, folds, groups)]]) })
  }

  foldAll(isFolded: boolean): void {
    const { groups } = this.state.getState()
    this.state.setState({ folds: new Map([...walkGroups(groups)].map(group => [groupKey(group.path), isFolded])) })
  }

  select(selection: Selection): void {
    this.state.setState({ selection })
  }

  setCursor(current: string | null): void {
    const { selection } = this.state.getState()
    this.state.setState({ selection: { ...selection, current, anchor: null } })
  }

  clearSelected(): void {
    const { selection } = this.state.getState()
    this.state.setState({ selection: { ...selection, keys: new Set(), anchor: null } })
  }

  /** Selects every run that matches, loaded or not. Answers how many; nothing is selected where others are asked for meanwhile. */
  async selectAll(): Promise<number> {
    const { question } = this
    if (!question) return 0
    const { runs, total, answered } = this.state.getState()
    try {
      const isHere = answered === question && runs.length >= total
      const ids = isHere ? runs.map(run => run.id) : (await this.api.order(question.query)).ids
      if (this.question !== question) return 0
      const { selection } = this.state.getState()
      this.state.setState({ selection: { ...selection, keys: new Set(ids), anchor: null } })
      return ids.length
    } catch (error) {
      this.state.setState({ error })
      return 0
    }
  }

  /** Lays `changes` over runs until the server's answer, so that an edit is seen at once. */
  patch(ids: Iterable<string>, changes: (run: Run) => Partial<Run>): void {
    const touched = new Set(ids)
    const each = (run: Run): Run => (touched.has(run.id) ? { ...run, ...changes(run) } : run)
    this.state.setState(state => ({
      runs: state.runs.map(each),
      pins: state.pins.map(each),
      named: state.named.map(each),
      known: new Map([...state.known].map(([id, run]) => [id, each(run)])),
      branches: new Map([...state.branches].map(([key, branch]) => [key, { ...branch, runs: branch.runs.map(each) }])),
    }))
  }

  /** The run, wherever it is loaded. */
  find(id: string): Run | undefined {
    const { runs, pins, named, known, branches } = this.state.getState()
    const own = known.get(id) ?? [runs, pins, named].flatMap(some => some.find(run => run.id === id) ?? [])[0]
    if (own) return own
    for (const branch of branches.values()) {
      const found = branch.runs.find(run => run.id === id)
      if (found) return found
    }
    return undefined
  }

  /** The question as it was last asked: what an export or a bulk edit is about. */
  get asked(): ListQuestion | null {
    return this.question
  }

  close(): void {
    this.abort.abort()
  }

  private async load(wanted: number, isNew: boolean): Promise<void> {
    const question = this.question as ListQuestion
    this.abort.abort()
    this.abort = new AbortController()
    this.busy.clear()
    const { signal } = this.abort
    this.state.setState({ isLoading: true })
    try {
      const [first, runningCount, groups, pins] = await Promise.all([
        this.pages(question, wanted, signal),
        this.running(question, signal),
        this.groups(question, signal),
        this.pins(question, signal),
      ])
      if (signal.aborted) return
      const before = this.state.getState()
      const isSame = !isNew && before.answered !== null
      const known = new Map(before.runs.map(run => [run.id, run]))
      this.state.setState({
        runs: sameList(
          before.runs,
          first.runs.map(run => kept(known.get(run.id), run)),
        ),
        total: first.total,
        next: first.next,
        runningCount,
        groups: groups.groups ?? [],
        groupTotal: groups.group_total ?? groups.groups?.length ?? 0,
        isCut: groups.is_cut ?? false,
        pins: sameList(
          before.pins,
          pins.map(run =>
            kept(
              before.pins.find(other => other.id === run.id),
              run,
            ),
          ),
        ),
        ...(isSame ? {} : { order: null, known: new Map<string, Run>(), branches: new Map<string, Branch>() }),
        status: 'ready',
        isLoading: false,
        error: null,
        answered: question,
      })
      this.fresh.clear()
      if (isSame) this.refreshSeen(first.runs, first.total)
      this.seen = new Set()
      void this.readWanted(isSame ? 'live' : 'all')
    } catch (error) {
      if (signal.aborted) return
      const { status } = this.state.getState()
      this.state.setState({ isLoading: false, error, status: status === 'first' ? 'failed' : status })
    }
  }

  /** After a refresh of the first rows: the same for the groups and the far rows that are looked at. */
  private refreshSeen(runs: readonly Run[], total: number): void {
    const { order, branches } = this.state.getState()
    // As many as before may still be others, or the same in another order.
    if (order && (order.total !== total || !isInOrder(runs, order))) void this.readOrder('', true)
    for (const key of branches.keys()) {
      if (this.seen.has(key)) void this.openBranch(key)
      else this.dropBranch(key)
    }
    if (order && this.seenIds.length > 0) void this.readIds(this.seenIds, { isAgain: true })
  }

  private dropBranch(key: string): void {
    const branches = new Map(this.state.getState().branches)
    branches.delete(key)
    this.state.setState({ branches })
  }

  private async pages(question: ListQuestion, wanted: number, signal: AbortSignal) {
    const runs: Run[] = []
    let page: RunQueryPage
    let next = ''
    do {
      page = await this.page(question, '', next, Math.min(PAGE_MAX, wanted - runs.length), signal)
      runs.push(...page.runs)
      next = page.next ?? ''
    } while (next && runs.length < wanted)
    return { runs, total: page.total, next }
  }

  private page(question: ListQuestion, condition: string, cursor: string, limit: number, signal: AbortSignal) {
    return this.api.query(
      {
        ...question.query,
        filter: andTexts(question.query.filter, condition),
        columns: columnsOf(question),
        cursor,
        limit,
      },
      signal,
    )
  }

  private groups(question: ListQuestion, signal: AbortSignal): Promise<Partial<RunQueryPage>> {
    if (question.group.length === 0) return Promise.resolve({})
    const { query, columns, group } = question
    return this.api.query({ ...query, columns, group, limit: GROUP_PAGE }, signal)
  }

  private async pins(question: ListQuestion, signal: AbortSignal): Promise<Run[]> {
    const ids = question.pinned
    if (ids.length === 0) return []
    const { derived, sort } = question.query
    const page = await this.api.query({ ids, sort, derived, columns: columnsOf(question), limit: ids.length }, signal)
    const place = new Map(ids.map((id, i) => [id, i]))
    return page.runs.toSorted((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0))
  }

  private openBranch(key: string): Promise<void> {
    return this.once(`branch ${key}`, async signal => {
      const { groups, branches } = this.state.getState()
      const group = [...walkGroups(groups)].find(group => groupKey(group.path) === key)
      if (!this.question || !group) return
      const old = branches.get(key)
      const limit = Math.min(PAGE_MAX, Math.max(MEMBERS_PAGE, old?.runs.length ?? 0))
      const page = await this.page(this.question, group.condition, '', limit, signal)
      if (signal.aborted) return
      const known = new Map((old?.runs ?? []).map(run => [run.id, run]))
      const branch: Branch = {
        condition: group.condition,
        total: page.total,
        runs: page.runs.map(run => kept(known.get(run.id), run)),
        next: page.next ?? '',
        order: old && old.total === page.total && isInOrder(page.runs, old.order) ? old.order : null,
      }
      this.state.setState(state => ({ branches: new Map([...state.branches, [key, branch]]) }))
    })
  }

  private readOrder(branch: string, isAgain = false): Promise<void> {
    return this.once(`order ${branch}`, async signal => {
      const { branches, order: had } = this.state.getState()
      const condition = branch === '' ? '' : branches.get(branch)?.condition
      if (!this.question || condition === undefined || (branch === '' && had && !isAgain)) return
      const { query } = this.question
      const order = await this.api.order({ ...query, filter: andTexts(query.filter, condition) }, signal)
      if (signal.aborted) return
      if (branch === '') this.state.setState({ order, total: order.total })
      else {
        this.state.setState(state => {
          const old = state.branches.get(branch)
          return old ? { branches: new Map([...state.branches, [branch, { ...old, order, total: order.total }]]) } : {}
        })
      }
    })
  }

  private readIds(ids: readonly string[], { isAgain = false, name = 'ids' } = {}): Promise<void> {
    const missing = (isAgain ? [...ids] : ids.filter(id => !this.fresh.has(id))).slice(0, BY_ID_MAX)
    if (missing.length === 0) return Promise.resolve()
    return this.once(name, async signal => {
      const { query } = this.question as ListQuestion
      const columns = columnsOf(this.question as ListQuestion)
      const page = await this.api.query({ ...query, ids: missing, columns, limit: missing.length }, signal)
      if (signal.aborted) return
      for (const id of missing) this.fresh.add(id)
      this.state.setState(state => {
        const now = new Map(state.known)
        for (const run of page.runs) now.set(run.id, kept(now.get(run.id), run))
        return { known: now }
      })
    })
  }

  /** `again`: which of those that are here may have changed; by themselves only live runs do. */
  private readWanted(again: 'none' | 'live' | 'all' = 'none'): Promise<void> {
    return this.once('wanted', async signal => {
      const { question } = this
      if (!question) return
      const isAsked = new Set<string>()
      for (;;) {
        const { runs, pins, named } = this.state.getState()
        const ids = new Set(this.wanted)
        const stands = named.filter(run => ids.has(run.id))
        const here = new Set([...runs, ...pins].map(run => run.id))
        for (const run of stands) if (again === 'none' || (again === 'live' && !isLive(run))) here.add(run.id)
        const part = this.wanted.filter(id => !here.has(id) && !isAsked.has(id)).slice(0, NAMED_PART)
        if (part.length === 0) {
          if (stands.length < named.length) this.state.setState({ named: stands })
          return
        }
        for (const id of part) isAsked.add(id)
        const found = await this.byId(question, part, signal)
        if (signal.aborted) return
        this.state.setState(({ named }) => {
          const before = new Map(named.map(run => [run.id, run]))
          for (const run of found) before.set(run.id, kept(before.get(run.id), run))
          return { named: sameList(named, [...before.values()]) }
        })
      }
    })
  }

  /** Runs by id, whatever is searched for; those in the trash too, as an address may name them. */
  private async byId(question: ListQuestion, ids: readonly string[], signal: AbortSignal): Promise<Run[]> {
    const { derived, sort } = question.query
    const ask = async (ids: readonly string[], trash: boolean): Promise<Run[]> => {
      const body = { ids: [...ids], sort, derived, columns: columnsOf(question), limit: ids.length, trash }
      return ids.length === 0 ? [] : (await this.api.query(body, signal)).runs
    }
    const runs = await ask(ids, false)
    const found = new Set(runs.map(run => run.id))
    const others = ids.filter(id => !found.has(id))
    return [...runs, ...(await ask(others, true))]
  }

  /** How many of the matching runs run now: the first page may not hold them all. */
  private async running({ query }: ListQuestion, signal: AbortSignal): Promise<number> {
    const filter = andTexts(query.filter, 'state = "running"')
    try {
      return (await this.api.query({ ...query, filter, sort: [], columns: [], limit: 1 }, signal)).total
    } catch {
      // The main question tells what is wrong.
      return 0
    }
  }

  /** One at a time of each name: who asks meanwhile waits for the same. A failure is shown and the rows stay. */
  private once(name: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.abort
    const tried = async (): Promise<void> => {
      try {
        await work(signal)
      } catch (error) {
        if (!signal.aborted) this.state.setState({ error })
      } finally {
        if (!signal.aborted) this.busy.delete(name)
      }
    }
    const running = this.busy.get(name) ?? tried()
    this.busy.set(name, running)
    return running
  }
}

/** Columns to ask for: those shown, and the keys that say which group a run is in. */
function columnsOf({ columns, group }: ListQuestion): string[] {
  return [...new Set([...columns, ...group.map(({ key }) => key)])].filter(Boolean)
}

export function isOpen(group: string, folds: ReadonlyMap<string, boolean>, groups: readonly RunGroup[]): boolean {
  const folded = folds.get(group)
  return folded === undefined ? [...walkGroups(groups)].length <= OPEN_GROUPS_MAX : !folded
}

/** `before` if nothing of it changed. */
function kept(before: Run | undefined, now: Run): Run {
  return before && JSON.stringify(before) === JSON.stringify(now) ? before : now
}

/** The list that was, if it holds the same objects. */
function sameList(before: readonly Run[], now: readonly Run[]): readonly Run[] {
  return before.length === now.length && now.every((run, i) => run === before[i]) ? before : now
}

const isInOrder = (runs: readonly Run[], order: RunOrder | null): boolean =>
  order === null || runs.every(({ id }, place) => order.ids[place] === id)

/** A run may come again when others arrived since the last page. */
function joined(runs: readonly Run[], more: readonly Run[]): Run[] {
  const known = new Set(runs.map(run => run.id))
  return [...runs, ...more.filter(run => !known.has(run.id))]
}

/** Where a filter's text is wrong: the character, the reason and, where one is near, a text that reads. Null for other errors. */
export function filterFault(error: unknown): { at: number; detail: string; better: string } | null {
  if (!(error instanceof ApiError) || error.code !== 'invalid_filter') return null
  const at = Number(error.fields.at)
  const { detail, hint } = error.fields as { detail?: string; hint?: string }
  const better = /^Did you mean `(.*)`\?$/s.exec(hint ?? '')?.[1] ?? ''
  return {
    at: Number.isFinite(at) ? at : 0,
    detail: [detail, hint].filter(Boolean).join('. ') || error.detail,
    better,
  }
}
