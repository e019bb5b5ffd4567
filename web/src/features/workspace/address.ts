/**
 * The page's state in the address. What people like to read and type has a short parameter of its own (`WorkspaceView`); the rest of
 * the document stands in one, `v`, as what differs from the view it began with, or behind a short id, `s`, once that is long.
 *
 * All of it is relative to a base: the saved view that `view` names, else the project's default, else an untouched page. An empty
 * parameter says that the base's value is not wanted.
 */

import { withSettings } from '../../panels/settings'
import { DRAWN_DEFAULT, formatSort, parseSort, parseView, type WorkspaceView } from './model'
import { applyPatch, diff, isRecord, type Automatic, type Patch, readView, type RunSet, type ViewSpec } from './view'

/** What the page shows that no saved view remembers. */
export type Look = Pick<WorkspaceView, 'panels' | 're' | 'panel' | 'region' | 'zoom' | 'step' | 'half' | 'brush'>

export interface PageState {
  spec: ViewSpec
  look: Look
}

/** Search parameters. */
export interface Address extends Record<string, unknown> {
  view?: string
  v?: Patch
  s?: string
}

const LOOK = [
  'panels',
  're',
  'panel',
  'region',
  'zoom',
  'step',
  'half',
  'brush',
] as const satisfies readonly (keyof Look)[]
/** Characters of JSON above which the rest is kept on the server. */
export const LONG = 600
/** Names the untouched page where a project has a default view. */
export const UNTOUCHED = 'none'

// ---- the document ⇄ the short form

/** The part of the document that has short parameters, and the look, as the run list reads them. */
export function shortOf({ spec, look }: PageState): WorkspaceView {
  const { settings = {}, runs = {}, automatic = {} } = spec
  const short: Record<string, unknown> = { ...look, ...runsShort(runs) }
  if (settings.x !== undefined) short.x = settings.x
  const { smoothing } = settings
  if (smoothing && (smoothing.kind ?? 'time_ema') === 'time_ema' && (smoothing.strength ?? 0) > 0)
    short.smooth = smoothing.strength
  if (automatic.folded) short.folded = automatic.folded
  if (spec.mode === 'manual') short.mode = 'manual'
  return short
}

/** `spec` with what `short` says in the place of what it said of that. */
export function withShort(spec: ViewSpec, short: WorkspaceView): ViewSpec {
  const next: ViewSpec = { ...spec }
  const before = shortOf({ spec, look: {} })
  if (short.x !== before.x) assign(next, 'settings', withSettings(next.settings, { x: short.x }))
  if (short.smooth !== before.smooth) {
    const smoothing = short.smooth === undefined ? undefined : { strength: short.smooth }
    assign(next, 'settings', withSettings(next.settings, { smoothing }))
  }
  if (short.mode !== before.mode) assign(next, 'mode', short.mode)
  if (short.folded !== before.folded)
    assign(next, 'automatic', withoutAbsent<Automatic>({ ...next.automatic, folded: short.folded }))
  const changed = Object.fromEntries(
    (short.log ?? []).map(panel => [panel, { ...next.automatic?.changed?.[panel], y_scale: 'log' }]),
  )
  if (short.log) next.automatic = { ...next.automatic, changed: { ...next.automatic?.changed, ...changed } }
  const runs = runsOf(short, spec.runs ?? {}, before.group)
  assign(next, 'runs', Object.keys(runs).length > 0 ? runs : undefined)
  return next
}

export function lookOf(short: WorkspaceView): Look {
  return withoutAbsent(Object.fromEntries(LOOK.map(name => [name, short[name]]))) ?? {}
}

function runsShort(runs: RunSet): Partial<WorkspaceView> {
  const [sort] = runs.sort ?? []
  return (
    withoutAbsent<Partial<WorkspaceView>>({
      q: runs.search || undefined,
      filter: runs.filter || undefined,
      sort: sort && formatSort({ key: sort.key, descending: sort.descending ?? false }),
      hide: runs.hide && runs.hide.length > 0 ? runs.hide : undefined,
      show: runs.show,
      group: runs.group && groupKeys(runs.group),
      drawn: runs.drawn === DRAWN_DEFAULT ? undefined : runs.drawn || undefined,
    }) ?? {}
  )
}

/** What the short form says, laid over what only the document holds. */
function runsOf(short: WorkspaceView, before: RunSet, group: string[] | undefined): RunSet {
  const isRegrouped = JSON.stringify(short.group) !== JSON.stringify(group)
  return (
    withoutAbsent<RunSet>({
      ...before,
      search: short.q,
      filter: short.filter,
      sort: short.sort === undefined ? undefined : [sortSpec(short.sort), ...(before.sort?.slice(1) ?? [])],
      group: isRegrouped ? short.group?.map(key => ({ key })) : before.group,
      hide: short.hide,
      show: short.show,
      drawn: short.drawn,
    }) ?? {}
  )
}

/** Grouping by plain keys; ranges of numbers have no short form. */
function groupKeys(group: NonNullable<RunSet['group']>): string[] | undefined {
  const isPlain = group.length > 0 && group.every(level => Object.keys(level).length === 1)
  return isPlain ? group.map(level => level.key) : undefined
}

function sortSpec(sort: string): { key: string; descending?: boolean } {
  const { key, descending } = parseSort(sort)
  return descending ? { key, descending } : { key }
}

// ---- the state ⇄ the address

/** The parameters that say `state`, given what its base says. `isLink`: names of a saved view and of long state stay out. */
export function addressOf(state: PageState, base: ViewSpec): Address {
  const short = shortOf(state) as Record<string, unknown>
  const baseShort = shortOf({ spec: base, look: {} }) as Record<string, unknown>
  const address: Address = {}
  for (const name of new Set([...Object.keys(short), ...Object.keys(baseShort)])) {
    if (short[name] === undefined) address[name] = ''
    else if (JSON.stringify(short[name]) !== JSON.stringify(baseShort[name])) address[name] = short[name]
  }
  const rest = diff(withShort(base, shortOf(state)), state.spec)
  if (rest) address.v = rest
  return address
}

/** What an address shows. `rest`: what stands behind its `s`. Nonsense is left out; nothing is an error. */
export function stateOf(search: Record<string, unknown>, base: ViewSpec, rest: Patch | null = null): PageState {
  const short = { ...shortOf({ spec: base, look: {} }) } as Record<string, unknown>
  for (const [name, value] of Object.entries(search)) {
    if (value === '') delete short[name]
    else {
      const read = parseView({ [name]: value }) as Record<string, unknown>
      if (read[name] !== undefined) short[name] = read[name]
    }
  }
  const view = short as WorkspaceView
  const patch = isRecord(search.v) ? search.v : rest
  const spec = applyPatch(withShort(base, view), patch)
  return { spec: patch ? readView(spec) : spec, look: lookOf(view) }
}

/** Of the page around the workspace: which tab of a run's page is open, and the run that it is compared with. */
const AROUND = new Set(['tab', 'base'])

/** The parameters that say what the workspace shows, and those of the page around it. */
export function apart(search: Record<string, unknown>): { own: Address; around: Record<string, unknown> } {
  const entries = Object.entries(search)
  return {
    own: Object.fromEntries(entries.filter(([name]) => !AROUND.has(name))),
    around: Object.fromEntries(entries.filter(([name, value]) => AROUND.has(name) && value !== undefined)),
  }
}

export const isLong = (patch: Patch): boolean => JSON.stringify(patch).length > LONG

// ---- helpers

function withoutAbsent<T extends object>(data: { [K in keyof T]?: T[K] | undefined }): T | undefined {
  const entries = Object.entries(data).filter(([, value]) => value !== undefined)
  return entries.length > 0 ? (Object.fromEntries(entries) as T) : undefined
}

function assign<K extends keyof ViewSpec>(spec: ViewSpec, name: K, value: ViewSpec[K] | undefined): void {
  if (value === undefined) delete spec[name]
  else spec[name] = value
}
