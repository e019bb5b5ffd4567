/** The list as rows: pinned runs, then runs, or groups with their members. An index is found in O(log groups); no row is made ahead. */

import type { Run } from '../../../data/project'
import type { RunGroup, RunOrder } from '../../../data/runs'
import { isOpen, type RunListState } from '../store'
import { groupKey } from './groups'

export type Row =
  | { kind: 'pin'; id: string; run: Run; depth: 0 }
  | { kind: 'group'; id: string; group: RunGroup; depth: number; isOpen: boolean }
  | { kind: 'run'; id: string; run: Run | null; outline: Outline; depth: number; branch: string; place: number }

/** What the list's order tells of a run before the run itself is here. `ordinal` 0 and the rest empty: nothing. */
export type Outline = Pick<Run, 'id' | 'name' | 'ordinal'> & { state: Run['state'] | '' }

interface Block {
  start: number
  count: number
  depth: number
  kind: 'pin' | 'group' | 'runs'
  /** Of a group, or the group that the runs are in; empty: the whole list. */
  key: string
  group?: RunGroup
  isOpen?: boolean
  runs?: readonly Run[]
  order?: RunOrder | null
}

type Part = Pick<
  RunListState,
  'runs' | 'total' | 'order' | 'groups' | 'branches' | 'folds' | 'pins' | 'known' | 'answered'
>

const NONE: readonly never[] = []
const runId = (run: Run): string => run.id
const itself = (id: string): string => id
const known = new WeakMap<readonly unknown[], ReadonlyMap<string, number>>()

/** Id → place, made once for each list: rows are made anew with every answer, lists of a hundred thousand are not. */
function placesOf<T>(list: readonly T[], idOf: (item: T) => string): ReadonlyMap<string, number> {
  let places = known.get(list)
  if (!places) known.set(list, (places = new Map(list.map((item, place) => [idOf(item), place]))))
  return places
}

export class Rows {
  readonly count: number
  readonly pinCount: number
  private readonly blocks: readonly Block[]
  private readonly known: ReadonlyMap<string, Run>
  private readonly pins: readonly Run[]
  private readonly pinned: ReadonlySet<string>

  constructor(state: Part) {
    const blocks: Block[] = []
    let start = 0
    const add = (block: Omit<Block, 'start'>): void => {
      if (block.count === 0) return
      blocks.push({ ...block, start })
      start += block.count
    }
    add({ kind: 'pin', count: state.pins.length, depth: 0, key: '', runs: state.pins })
    const addGroups = (groups: readonly RunGroup[], depth: number): void => {
      for (const group of groups) {
        const key = groupKey(group.path)
        const open = isOpen(key, state.folds, state.groups)
        add({ kind: 'group', count: 1, depth, key, group, isOpen: open })
        if (!open) continue
        if (group.groups.length > 0) addGroups(group.groups, depth + 1)
        else {
          const branch = state.branches.get(key)
          const count = branch?.total ?? group.run_count
          add({ kind: 'runs', count, depth: depth + 1, key, runs: branch?.runs ?? [], order: branch?.order ?? null })
        }
      }
    }
    if ((state.answered?.group.length ?? 0) > 0) addGroups(state.groups, 0)
    else add({ kind: 'runs', count: state.total, depth: 0, key: '', runs: state.runs, order: state.order })
    this.blocks = blocks
    this.count = start
    this.pins = state.pins
    this.pinCount = state.pins.length
    this.pinned = new Set(state.pins.map(run => run.id))
    this.known = state.known
  }

  at(index: number): Row | null {
    const block = this.blockAt(index)
    if (!block) return null
    const place = index - block.start
    if (block.kind === 'pin') {
      const run = this.pins[place] as Run
      return { kind: 'pin', id: run.id, run, depth: 0 }
    }
    if (block.kind === 'group') {
      return {
        kind: 'group',
        id: block.key,
        group: block.group as RunGroup,
        depth: block.depth,
        isOpen: block.isOpen ?? false,
      }
    }
    const loaded = block.runs?.[place]
    const { order } = block
    const id = loaded?.id ?? order?.ids[place] ?? ''
    const run = loaded ?? this.known.get(id) ?? null
    return {
      kind: 'run',
      id,
      run,
      outline: run ?? {
        id,
        name: order?.names[place] ?? '',
        ordinal: order?.ordinals[place] ?? 0,
        state: (order?.states[place] ?? '') as Outline['state'],
      },
      depth: block.depth,
      branch: block.key,
      place,
    }
  }

  /** Unique among the rows: a pinned run stands in the list as well. */
  keyAt(index: number): string {
    const row = this.at(index)
    if (!row) return `#${index}`
    return row.kind === 'run' ? row.id || `${row.branch}#${row.place}` : `${row.kind} ${row.id}`
  }

  /** Where the run or group is, −1 if that is not known. Pinned runs count where they are pinned. */
  indexOf(id: string): number {
    for (const block of this.blocks) {
      if (block.kind === 'group') {
        if (block.key === id) return block.start
        continue
      }
      if (block.kind === 'runs' && this.pinned.has(id)) continue
      // The first rows are newer than the order.
      const place = placesOf(block.runs ?? NONE, runId).get(id) ?? placesOf(block.order?.ids ?? NONE, itself).get(id)
      if (place !== undefined && place < block.count) return block.start + place
    }
    return -1
  }

  /** The groups that the row is in, outermost first, with their own rows' places. */
  headsOf(index: number): { group: RunGroup; key: string; depth: number; index: number; isOpen: boolean }[] {
    const heads = []
    let depth = this.blockAt(index)?.depth ?? 0
    for (let i = this.blockIndex(index); i >= 0 && depth > 0; i--) {
      const block = this.blocks[i] as Block
      if (block.kind !== 'group' || block.depth >= depth) continue
      heads.unshift({
        group: block.group as RunGroup,
        key: block.key,
        depth: block.depth,
        index: block.start,
        isOpen: true,
      })
      depth = block.depth
    }
    return heads
  }

  /** Stretches of members between two rows, by branch: what must be read to draw them. */
  stretches(first: number, last: number): { branch: string; first: number; last: number }[] {
    const found = []
    for (let i = Math.max(0, this.blockIndex(first)); i < this.blocks.length; i++) {
      const block = this.blocks[i] as Block
      if (block.start > last) break
      if (block.kind !== 'runs') continue
      found.push({
        branch: block.key,
        first: Math.max(0, first - block.start),
        last: Math.min(block.count - 1, last - block.start),
      })
    }
    return found
  }

  private blockAt(index: number): Block | undefined {
    const block = this.blocks[this.blockIndex(index)]
    return block && index >= block.start && index < block.start + block.count ? block : undefined
  }

  private blockIndex(index: number): number {
    let [low, high] = [0, this.blocks.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.blocks[middle] as Block).start <= index) low = middle
      else high = middle - 1
    }
    return low
  }
}
