/**
 * The page's state outside React, and its address: edits go in, the document and the parameters that say it come out. Knows no router:
 * `usePage` hands navigation in and tells of addresses that came from elsewhere.
 */

import { createStore, type StoreApi } from 'zustand'
import {
  type Address,
  addressOf,
  isLong,
  type Look,
  lookOf,
  type PageState,
  shortOf,
  stateOf,
  withShort,
} from './address'
import { emptyHistory, type History, redo, remember, undo } from './history'
import type { WorkspaceView } from './model'
import { defaultView, diff, isSame, type Patch, type ViewSpec } from './view'

export interface EditOptions {
  /** What undo calls it. */
  label?: string
  /** Goes on from the last edit, as a drag does: the same step of the browser's history and of undo. */
  replace?: boolean
}

export interface PageStoreState extends PageState {
  /** What the address is relative to: a saved view as it is on the server, or an untouched page. */
  base: ViewSpec
  history: History<ViewSpec>
  /** There are edits that the base does not have. */
  isEdited: boolean
  /** An address was followed: what is here is what the page is to show. */
  isReady: boolean
}

export type Navigate = (address: Address, options: { replace: boolean }) => void

export interface Links {
  /** Keeps long state on the server; answers its id. */
  keep(patch: Patch): Promise<string>
}

/** Long state stands whole in the address until nothing moved for so long. */
const KEEP_AFTER_MS = 700
/** Addresses that may be on their way to the browser at once: those of a fast drag. */
const UNDER_WAY_MAX = 200

export class PageStore {
  readonly state: StoreApi<PageStoreState>
  private readonly navigate: Navigate
  private readonly links: Links
  private viewName: string | undefined
  private isOpen = true
  /** What the browser's address is to become; navigation takes a moment. */
  private written: Address = {}
  private underWay: Address[] = []
  private seen: Address = {}
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly kept = new Map<string, Patch>()

  constructor(navigate: Navigate, links: Links) {
    this.navigate = navigate
    this.links = links
    this.state = createStore<PageStoreState>(() => ({
      spec: defaultView(),
      look: {},
      base: defaultView(),
      history: emptyHistory,
      isEdited: false,
      isReady: false,
    }))
  }

  /** Shows what an address says, relative to `base`. What this store wrote itself changes nothing. */
  follow(search: Address, base: ViewSpec, name: string | undefined, rest: Patch | null): void {
    const before = this.state.getState()
    const isOldBase = before.isReady && isSame(base, before.base)
    // The address before an edit of which the browser has not heard yet.
    const isBehind = this.underWay.length > 0 && isSame(search, this.seen)
    const arrived = this.underWay.findIndex(address => isSame(address, search))
    this.seen = search
    if (rest && typeof search.s === 'string') this.kept.set(search.s, rest)
    if (arrived >= 0) this.underWay = this.underWay.slice(arrived + 1)
    if (isOldBase && (arrived >= 0 || isBehind || isSame(search, this.written))) return
    this.viewName = name
    this.underWay = []
    this.written = search
    const read = stateOf(search, base, rest)
    // What says the same stays the same object: panels look at identity.
    const spec = [before.spec, ...knownSpecs(before.history)].find(known => isSame(known, read.spec)) ?? read.spec
    const look = isSame(read.look, before.look) ? before.look : read.look
    this.state.setState({ spec, look, base, isReady: true, isEdited: diff(base, spec) !== null })
    this.shorten()
  }

  edit(change: (spec: ViewSpec) => ViewSpec, { label = 'Change', replace = false }: EditOptions = {}): void {
    const { spec, history } = this.state.getState()
    const next = change(spec)
    if (next === spec || isSame(next, spec)) return
    this.state.setState({ history: remember(history, { label, before: spec, after: next }, replace) })
    this.put({ spec: next }, replace)
  }

  /** Changes what no view remembers: search words, zoom, the panel in full screen. */
  look(change: (look: Look) => Look, { replace = false }: EditOptions = {}): void {
    const { look } = this.state.getState()
    const next = change(look)
    if (!isSame(next, look)) this.put({ look: next }, replace)
  }

  /** The same for those who know the short form. */
  change(change: (view: WorkspaceView) => WorkspaceView, options: EditOptions = {}): void {
    const { spec, look } = this.state.getState()
    const before = shortOf({ spec, look })
    const after = change(before)
    if (after === before) return
    const next = withShort(spec, after)
    const { replace = false } = options
    const label = options.label ?? labelOf(before, after)
    if (!isSame(next, spec)) this.edit(() => next, { ...options, label })
    const nextLook = lookOf(after)
    if (!isSame(nextLook, look)) this.put({ look: nextLook }, replace || !isSame(next, spec))
  }

  /** The id behind which the server keeps all that the page shows, relative to an untouched page; empty: nothing but that. */
  async keep(): Promise<string> {
    const patch = diff(defaultView(), this.state.getState().spec)
    return patch ? await this.links.keep(patch) : ''
  }

  /** Takes the newest edit back; answers its name. */
  undo(): string | null {
    return this.step(undo, step => step.before)
  }

  redo(): string | null {
    return this.step(redo, step => step.after)
  }

  /** `base` is what the server holds now: saving and opening a view come through here. */
  rebase(base: ViewSpec, name: string | undefined, { keepEdits }: { keepEdits: boolean }): void {
    const { spec } = this.state.getState()
    this.viewName = name
    const next = keepEdits ? spec : base
    this.state.setState({ base })
    this.put({ spec: next }, false)
  }

  /** The address as it is to be given to others: long state behind its id. */
  async settled(): Promise<void> {
    clearTimeout(this.timer)
    await this.keepLong()
  }

  /** The saved view that the page shows, as the address names it. */
  get name(): string | undefined {
    return this.viewName
  }

  /** Writes addresses until the answer is called: what ends later than its page must not write into the next one's. */
  open(): () => void {
    this.isOpen = true
    return () => {
      this.isOpen = false
      clearTimeout(this.timer)
    }
  }

  private step(
    take: typeof undo<ViewSpec>,
    sideOf: (step: { before: ViewSpec; after: ViewSpec }) => ViewSpec,
  ): string | null {
    const { history, spec } = this.state.getState()
    const taken = take(history, spec, isSame)
    if (!taken) return null
    this.state.setState({ history: taken.history })
    this.put({ spec: sideOf(taken.step) }, false)
    return taken.step.label
  }

  private put(changes: Partial<PageState>, replace: boolean): void {
    const { base, spec, look } = { ...this.state.getState(), ...changes }
    this.state.setState({ spec, look, isEdited: diff(base, spec) !== null })
    const address = addressOf({ spec, look }, base)
    if (this.viewName !== undefined) address.view = this.viewName
    const known = address.v && this.idOf(address.v)
    if (known !== undefined) {
      delete address.v
      address.s = known
    }
    this.go(address, replace)
    this.shorten()
  }

  private idOf(patch: Patch): string | undefined {
    for (const [id, kept] of this.kept) if (isSame(kept, patch)) return id
    return undefined
  }

  private shorten(): void {
    clearTimeout(this.timer)
    const { v } = this.written
    if (v && isLong(v)) this.timer = setTimeout(() => void this.keepLong(), KEEP_AFTER_MS)
  }

  private async keepLong(): Promise<void> {
    const { v } = this.written
    if (!v || !isLong(v)) return
    let id: string
    try {
      id = await this.links.keep(v)
    } catch {
      // The address says it all by itself, only at length.
      return
    }
    this.kept.set(id, v)
    if (this.written.v !== v) return
    const { v: _, ...address } = this.written
    this.go({ ...address, s: id }, true)
  }

  private go(address: Address, replace: boolean): void {
    if (!this.isOpen) return
    this.written = address
    this.underWay = [...this.underWay, address].slice(-UNDER_WAY_MAX)
    this.navigate(address, { replace })
  }
}

/** What was on the page in this session: Back comes to one of these. */
function knownSpecs({ done, undone }: History<ViewSpec>): ViewSpec[] {
  return [...done, ...undone].flatMap(({ before, after }) => [before, after])
}

const LABELS: Partial<Record<keyof WorkspaceView, string>> = {
  x: 'x axis',
  smooth: 'smoothing',
  q: 'run search',
  filter: 'filter',
  sort: 'order of runs',
  hide: 'drawn runs',
  show: 'drawn runs',
  drawn: 'drawn runs',
  folded: 'folding',
  mode: 'kind of workspace',
}

function labelOf(before: WorkspaceView, after: WorkspaceView): string {
  const names = Object.keys({ ...before, ...after }) as (keyof WorkspaceView)[]
  const changed = names.find(name => !isSame(before[name], after[name]) && LABELS[name] !== undefined)
  return (changed && LABELS[changed]) ?? 'change of the runs'
}
