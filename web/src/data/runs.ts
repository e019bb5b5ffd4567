/** What the server answers about sets of runs and does to them, one function per endpoint. Shapes: `assay.wire.messages.runs`. */

import { type Column as ArrowColumn, tableFromIPC } from '@uwdata/flechette'
import type { components } from './api.gen'
import { textsOf } from './arrowTexts'
import { api, ApiError, pathOf } from './client'
import { parseRuns } from './exactIntegers'
import { withNumbers } from './oddNumbers'
import type { Run, SortKey } from './project'
import type { RunEdit } from './run'

export interface RunSetBody {
  filter?: string
  search?: string
  is_regex?: boolean
  only_names?: boolean
  only_mine?: boolean
  sort?: SortKey[]
  derived?: { name: string; expression: string }[]
  ids?: string[] | null
  hide?: string[]
  trash?: boolean
}

export interface RunQueryBody extends RunSetBody {
  columns?: string[]
  group?: { key: string; bin_width?: number }[]
  depth?: number
  cursor?: string
  limit?: number
}

export interface Aggregate {
  count?: number
  mean?: number
  min?: number
  max?: number
  std?: number
}

export interface RunGroup {
  keys: Record<string, unknown>
  run_count: number
  running_count: number
  aggregates: Record<string, Aggregate>
  /** A value per level so far; a range is [from, to]. */
  path: unknown[]
  label: string
  /** The filter that its runs meet. */
  condition: string
  groups: RunGroup[]
}

export interface RunQueryPage {
  runs: Run[]
  total: number
  next?: string
  groups?: RunGroup[]
  group_total?: number
  is_cut?: boolean
}

/** Tags of a project with how many runs have each, and the keys among them. */
export interface TagPage {
  tags: { name: string; run_count: number }[]
  keys?: { name: string; run_count: number }[]
}

/** All runs of a question, in order: what a list of 100 000 rows needs to stand still. */
export interface RunOrder {
  ids: readonly string[]
  names: readonly string[]
  ordinals: readonly number[]
  states: readonly string[]
  total: number
}

export type ValueColumn =
  | { kind: 'number'; numbers: Float64Array; has: Uint8Array }
  | { kind: 'text'; texts: readonly (string | null)[] }

/** Values of keys over the first runs of a question. */
export interface ValuesTable {
  count: number
  total: number
  columns: ReadonlyMap<string, ValueColumn>
}

export interface RunEdits {
  add_tags?: string[]
  remove_tags?: string[]
  /** Each like `dataset:v2`; it replaces what a run's tags say of its key. */
  set_tags?: string[]
  group?: string
  job_type?: string
  notes?: string
}

/** `ids`: the runs it changed; those that were so already are not among them. */
interface Changed {
  count: number
  ids?: string[]
  undo?: string
  refused?: Refused[]
  remaining?: number
}

/** A run that stays as it is, and why. */
export interface Refused {
  id: string
  reason: string
}

export type TransferKind = 'move' | 'copy'

/** What went to another project so far, what will not, and what takes it back. */
export interface Transfer {
  runs: { id: string; new_id: string }[]
  refused: Refused[]
  undos: string[]
}

interface TransferPart {
  runs: Transfer['runs']
  refused?: Refused[]
  remaining?: string[]
  undo?: string
}

export interface Edited {
  count: number
  /** What takes it back: one for each part that was sent. */
  undos: string[]
  refused: Refused[]
}

export type TakenBack = Pick<Edited, 'count' | 'refused'>

/** A key as the runs of a question have it. */
export interface ColumnDetail {
  key: string
  section: 'run' | 'config' | 'summary' | 'metric' | 'system'
  kinds: string[]
  run_count: number
  distinct_count: number
  /** Counts of numbers in equal ranges. */
  histogram?: number[]
  top?: { value: unknown; run_count: number }[]
}

export type PurgePreview = components['schemas']['PurgePreview']

export interface Purged {
  count: number
  value_count: number
  file_bytes: number
}

export const ORDER_MAX = 100_000

export class RunsApi {
  readonly path: string

  constructor(entity: string, project: string) {
    this.path = `projects/${pathOf(entity, project)}`
  }

  async query(body: RunQueryBody, signal?: AbortSignal): Promise<RunQueryPage> {
    const page = await api.post<RunQueryPage>(`${this.path}/runs/query`, body, {
      parse: parseRuns,
      ...(signal ? { signal } : {}),
    })
    page.runs.forEach(withNumbers)
    return page
  }

  /** How many runs match. */
  async count(body: RunSetBody, signal?: AbortSignal): Promise<number> {
    return (await this.query({ ...body, sort: [], limit: 1 }, signal)).total
  }

  async order(body: RunSetBody, signal?: AbortSignal): Promise<RunOrder> {
    const bytes = await api.arrow(
      `${this.path}/runs/values`,
      { ...body, keys: [], limit: ORDER_MAX },
      signal ? { signal } : {},
    )
    return decodeOrder(bytes)
  }

  async values(body: RunSetBody, keys: readonly string[], limit: number, signal?: AbortSignal): Promise<ValuesTable> {
    const bytes = await api.arrow(`${this.path}/runs/values`, { ...body, keys, limit }, signal ? { signal } : {})
    return decodeValues(bytes)
  }

  tags(signal?: AbortSignal): Promise<TagPage> {
    return api.get(`${this.path}/tags`, { query: { limit: TAGS_MAX }, ...(signal ? { signal } : {}) })
  }

  edit(ids: readonly string[], edits: RunEdits): Promise<Edited> {
    return this.changed('edit', ids, edits)
  }

  /** Takes parts back, the last one first. `refused`: what stays, as it was changed again since or is elsewhere. */
  async undo(tokens: readonly string[]): Promise<TakenBack> {
    const sum: TakenBack = { count: 0, refused: [] }
    for (const undo of tokens.toReversed()) {
      let left = 0
      do {
        const { count, refused, remaining } = await api.post<Changed>(`${this.path}/runs/undo`, { undo })
        sum.count += count
        sum.refused.push(...(refused ?? []))
        left = remaining ?? 0
      } while (left > 0)
    }
    return sum
  }

  /** Sends runs to the project `to` and adds what the server says to `sum`, part by part. `onPart` hears how many are settled;
   * it goes on while that answers true. A busy server is asked again up to `tries` times, two seconds apart. */
  async transfer(
    kind: TransferKind,
    ids: readonly string[],
    to: string,
    sum: Transfer,
    onPart: (done: number) => Promise<boolean>,
    tries = 10,
  ): Promise<void> {
    for (const part of parts(ids)) {
      let [left, undo] = [part, '']
      while (left.length > 0) {
        const body = { ids: left, to, undo }
        const said = await patient(() => api.post<TransferPart>(`${this.path}/runs/${kind}`, body), tries)
        sum.runs.push(...said.runs)
        sum.refused.push(...(said.refused ?? []))
        if (said.undo && said.undo !== undo) sum.undos.push(said.undo)
        undo = said.undo || undo
        left = said.remaining ?? []
        if (!(await onPart(sum.runs.length + sum.refused.length))) return
      }
    }
  }

  delete(ids: readonly string[]): Promise<Edited> {
    return this.changed('delete', ids)
  }

  restore(ids: readonly string[]): Promise<Edited> {
    return this.changed('restore', ids)
  }

  stop(ids: readonly string[]): Promise<Edited> {
    return this.changed('stop', ids)
  }

  /** What `purge` would do. */
  async previewPurge(ids: readonly string[], signal: AbortSignal): Promise<PurgePreview> {
    const sum: PurgePreview = {
      count: 0,
      value_count: 0,
      file_bytes: 0,
      version_count: 0,
      alias_count: 0,
      aliases: [],
    }
    for (const part of parts(ids)) {
      const one = await api.post<PurgePreview>(`${this.path}/runs/purge/preview`, { ids: part }, { signal })
      for (const name of ['count', 'value_count', 'file_bytes', 'version_count', 'alias_count'] as const)
        sum[name] += one[name]
      sum.aliases.push(...one.aliases)
    }
    return sum
  }

  async purge(ids: readonly string[]): Promise<Purged> {
    const sum: Purged = { count: 0, value_count: 0, file_bytes: 0 }
    for (const part of parts(ids)) {
      const purged = await api.post<Purged>(`${this.path}/runs/purge`, { ids: part })
      sum.count += purged.count
      sum.value_count += purged.value_count
      sum.file_bytes += purged.file_bytes
    }
    return sum
  }

  /** Keys whose values differ among the runs of the question, at most `most`. */
  async differing(body: RunSetBody, most: number, signal?: AbortSignal): Promise<ColumnDetail[]> {
    const found: ColumnDetail[] = []
    let cursor = ''
    do {
      const asked = { ...body, only_distinct: true, cursor, limit: DETAILS_PAGE }
      const page = await api.post<{ columns: ColumnDetail[]; next?: string }>(
        `${this.path}/columns/query`,
        asked,
        signal ? { signal } : {},
      )
      found.push(...page.columns)
      cursor = page.next ?? ''
    } while (cursor && found.length < most)
    return found
  }

  private async changed(what: string, ids: readonly string[], rest: object = {}): Promise<Edited> {
    const sum: Edited = { count: 0, undos: [], refused: [] }
    let done = 0
    for (const part of parts(ids)) {
      try {
        const { count, undo, refused } = await api.post<Changed>(`${this.path}/runs/${what}`, { ids: part, ...rest })
        sum.count += count
        if (undo) sum.undos.push(undo)
        sum.refused.push(...(refused ?? []))
      } catch (error) {
        if (sum.count === 0) throw error
        // What was done stays, can be taken back, and is told beside what was not.
        const reason = error instanceof Error ? error.message : String(error)
        sum.refused.push(...ids.slice(done).map(id => ({ id, reason })))
        break
      }
      done += part.length
    }
    return sum
  }

  async patch(id: string, changes: RunEdit): Promise<void> {
    await api.patch(`${this.path}/runs/${pathOf(id)}`, changes)
  }

  /** The whole result as a file. `onProgress` hears of bytes and lines as they come. */
  async export(
    body: RunSetBody & { columns: string[] },
    format: string,
    signal: AbortSignal,
    onProgress: (bytes: number, lines: number) => void,
  ): Promise<Blob> {
    const response = await api.stream(`${this.path}/runs/export`, body, { query: { format }, signal })
    const reader = response.body?.getReader()
    if (!reader) return response.blob()
    const parts: Uint8Array<ArrayBuffer>[] = []
    let [bytes, lines] = [0, 0]
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      parts.push(value)
      bytes += value.length
      if (format !== 'parquet') for (const byte of value) if (byte === LINE_BREAK) lines++
      onProgress(bytes, lines)
    }
    return new Blob(parts, { type: response.headers.get('Content-Type') ?? 'application/octet-stream' })
  }
}

/** The most used ones; what is offered while typing. */
const TAGS_MAX = 1000
const LINE_BREAK = 10
const DETAILS_PAGE = 50
/** As many runs as the server changes at a time. */
const PART_MAX = 10_000

const BUSY_MS = 2_000

async function patient<T>(ask: () => Promise<T>, tries: number): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 429 || tries-- <= 0) throw error
      await new Promise(resolve => setTimeout(resolve, BUSY_MS))
    }
  }
}

function parts(ids: readonly string[]): string[][] {
  const count = Math.ceil(ids.length / PART_MAX)
  return Array.from({ length: count }, (_, i) => ids.slice(i * PART_MAX, (i + 1) * PART_MAX))
}

export function decodeOrder(bytes: Uint8Array): RunOrder {
  const table = tableFromIPC(bytes, { useBigInt: false })
  const said = table.schema.metadata?.get('assay')
  if (!said) throw new Error('The answer is not a table of runs: its schema says nothing about them')
  const { total } = JSON.parse(said) as { total: number }
  const column = (name: string): ArrowColumn<unknown> => {
    const found = table.getChild(name)
    if (!found) throw new Error(`The answer is damaged: it has no column ${name}`)
    return found
  }
  const texts = (name: string): string[] => textsOf(column(name)).map(text => text ?? '')
  return {
    ids: texts('run'),
    names: texts('name'),
    ordinals: Array.from(column('ordinal'), Number),
    states: texts('state'),
    total,
  }
}

export function decodeValues(bytes: Uint8Array): ValuesTable {
  const table = tableFromIPC(bytes, { useBigInt: false })
  const said = table.schema.metadata?.get('assay')
  if (!said) throw new Error('The answer is not a table of runs: its schema says nothing about them')
  const { total, keys } = JSON.parse(said) as { total: number; keys: string[] }
  const columns = new Map<string, ValueColumn>()
  keys.forEach((key, i) => {
    const column = table.getChildAt(i + 4)
    if (!column) throw new Error(`The answer is damaged: it has no column ${key}`)
    columns.set(key, columnOf(column, table.numRows))
  })
  return { count: table.numRows, total, columns }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

function columnOf(column: ArrowColumn<unknown>, count: number): ValueColumn {
  const sample = column.data.find(batch => batch.length > 0)
  if (sample === undefined || sample.values instanceof Float64Array) {
    const numbers = new Float64Array(count)
    const has = new Uint8Array(count)
    let at = 0
    for (const batch of column.data) {
      for (let i = 0; i < batch.length; i++, at++) {
        // Where a batch has no gap at all, `isValid` knows of none that is there: only `at` tells.
        const value = batch.at(i)
        const isThere = value !== null && value !== undefined
        has[at] = isThere ? 1 : 0
        numbers[at] = isThere ? Number(value) : Number.NaN
      }
    }
    return { kind: 'number', numbers, has }
  }
  const texts = Array.from(column, value => (value === null || value === undefined ? null : textOf(value)))
  return { kind: 'text', texts }
}
