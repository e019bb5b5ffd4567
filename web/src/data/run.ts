/** What the server answers about one run, one function per endpoint. Shapes: `assay.wire.messages`. */

import { api, apiUrl, pathOf, type QueryValue } from './client'
import { parseRun } from './exactIntegers'
import { withNumbers } from './oddNumbers'
import type { MetricDefinition, Run } from './project'

export interface WholeRun extends Run {
  deleted_at: number
  host: string
  program: string
  sdk_version: string
  progress_step: number
  progress_total: number
  stop_requested: boolean
  config: Record<string, unknown>
  summary: Record<string, unknown>
  environment: Record<string, unknown>
  definitions: MetricDefinition[]
  refused: { key: string; reason: string; count: number }[]
}

/** `known_…`: what was read before; another value answers 409. */
export interface RunEdit {
  name?: string
  known_name?: string
  notes?: string
  known_notes?: string
  tags?: string[]
  group?: string
  job_type?: string
}

// ---- console

export type Level = '' | 'info' | 'warn' | 'error'

export interface ConsoleLine {
  number: number
  time: number
  stream: string
  label: string
  text: string
  level: Level
  spans: [number, number][]
}

/** A line that is not finished: a progress bar as it stands. */
export interface ConsoleTail {
  stream: string
  label: string
  time: number
  lines: string[]
}

export interface ConsolePage {
  lines: ConsoleLine[]
  /** Lines that pass the filters, of `line_count`. */
  total: number
  line_count: number
  tails: ConsoleTail[]
  is_complete: boolean
}

/** Which lines are meant, and what is looked for in them. */
export interface Look {
  labels: readonly string[]
  levels: readonly Level[]
  pattern: string
  isRegex: boolean
  ignoreCase: boolean
  onlyMatches: boolean
}

export interface ConsoleMatches {
  matches: { number: number; position: number; spans: [number, number][] }[]
  total: number
  scanned: number
  line_count: number
  is_complete: boolean
  next: number | null
  took_ms: number
}

export interface ConsoleBucket {
  from_time: number
  to_time: number
  first: number
  lines: number
  matches: number
  warnings: number
  errors: number
}

export interface ConsoleStrip {
  buckets: ConsoleBucket[]
  labels: { label: string; lines: number }[]
  infos: number
  warnings: number
  errors: number
  matches: number
  scanned: number
  line_count: number
  is_complete: boolean
}

export interface ConsolePlace {
  number: number
  position: number
  time: number
}

// ---- files

export interface RunFile {
  path: string
  size: number
  digest: string
  updated_at: number
  /** Signed, relative to the server, good for an hour. */
  url: string
}

export interface NotebookCell {
  kind: 'code' | 'markdown' | 'raw'
  source: string
  execution_count: number | null
  outputs: { kind: 'text' | 'error' | 'image' | 'omitted'; text: string; media_type: string; data: string }[]
}

export interface FilePreview {
  path: string
  kind: 'text' | 'json' | 'code' | 'table' | 'tensors' | 'notebook' | 'image' | 'binary' | 'empty'
  size: number
  digest: string
  url: string
  updated_at: number
  media_type?: string
  text?: string
  is_cut?: boolean
  note?: string
  table?: {
    columns: { name: string; type: string }[]
    rows: (string | null)[][]
    row_count: number
    column_count: number
  }
  tensors?: {
    tensors: { name: string; dtype: string; shape: number[]; bytes: number }[]
    tensor_count: number
    parameter_count: number
    metadata: Record<string, string>
  }
  notebook?: { language: string; cells: NotebookCell[]; cell_count: number }
  facts?: Record<string, unknown>
}

/** `text` is what the notes said from `time` on. */
export interface NoteChange {
  time: number
  user: string
  text: string
}

export class RunApi {
  readonly path: string

  constructor(entity: string, project: string, run: string) {
    this.path = `projects/${pathOf(entity, project)}/runs/${pathOf(run)}`
  }

  async get(signal?: AbortSignal): Promise<WholeRun> {
    return withNumbers(await api.get<WholeRun>(this.path, { parse: parseRun, ...(signal ? { signal } : {}) }))
  }

  async edit(edit: RunEdit): Promise<WholeRun> {
    return withNumbers(await api.patch<WholeRun>(this.path, edit, { parse: parseRun }))
  }

  /** What the notes said, newest first; empty if they were never changed. */
  notesHistory(signal?: AbortSignal): Promise<NoteChange[]> {
    return api.get(`${this.path}/notes-history`, signal ? { signal } : {})
  }

  stop(): Promise<void> {
    return api.post(`${this.path}/stop`, {})
  }

  /** Takes a stop back, within five seconds. */
  undoStop(): Promise<void> {
    return api.delete(`${this.path}/stop`)
  }

  delete(): Promise<void> {
    return api.delete(this.path)
  }

  restore(): Promise<unknown> {
    return api.post(`${this.path}/restore`, {})
  }

  /** A negative `first` counts from the end. */
  lines(first: number, limit: number, look?: Look, signal?: AbortSignal): Promise<ConsolePage> {
    return api.get(`${this.path}/console${queryOf({ first, limit }, look)}`, signal ? { signal } : {})
  }

  search(
    look: Look,
    from: { first: number | null; limit: number; direction: 'forward' | 'backward' },
    signal?: AbortSignal,
  ): Promise<ConsoleMatches> {
    const { labels, levels, pattern, isRegex, ignoreCase } = look
    const body = { pattern, is_regex: isRegex, ignore_case: ignoreCase, labels, levels, ...from }
    return api.post(`${this.path}/console/search`, body, signal ? { signal } : {})
  }

  strip(buckets: number, look?: Look, signal?: AbortSignal): Promise<ConsoleStrip> {
    return api.get(
      `${this.path}/console/strip${queryOf({ buckets }, look && { ...look, onlyMatches: false })}`,
      signal ? { signal } : {},
    )
  }

  at(place: { time: number } | { number: number }, look?: Look, signal?: AbortSignal): Promise<ConsolePlace> {
    return api.get(`${this.path}/console/at${queryOf(place, look)}`, signal ? { signal } : {})
  }

  logUrl(look?: Look): string {
    return apiUrl(`${this.path}/console/download`) + queryOf({}, look && { ...look, onlyMatches: false })
  }

  /** Every file, by path. */
  async files(signal?: AbortSignal): Promise<RunFile[]> {
    const files: RunFile[] = []
    let cursor = ''
    do {
      const page = await api.get<{ files: RunFile[]; next?: string }>(`${this.path}/files`, {
        query: { cursor, limit: 1000 },
        ...(signal ? { signal } : {}),
      })
      files.push(...page.files)
      cursor = page.next ?? ''
    } while (cursor)
    return files
  }

  preview(path: string, signal?: AbortSignal): Promise<FilePreview> {
    return api.get(`${this.path}/files/preview`, { query: { path }, ...(signal ? { signal } : {}) })
  }

  zipUrl(under = ''): string {
    return apiUrl(`${this.path}/files.zip`, { under })
  }
}

/** A signed address from the place the application was served at. */
export const fileUrl = (url: string): string => new URL(url.replace(/^\//, ''), document.baseURI).toString()

function queryOf(fields: Record<string, QueryValue>, look: Look | undefined): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) query.set(name, String(value))
  for (const label of look?.labels ?? []) query.append('label', label)
  for (const level of look?.levels ?? []) query.append('level', level)
  if (look?.pattern) {
    query.set('pattern', look.pattern)
    query.set('is_regex', String(look.isRegex))
    query.set('ignore_case', String(look.ignoreCase))
    if (look.onlyMatches) query.set('only_matches', 'true')
  }
  const text = query.toString()
  return text ? `?${text}` : ''
}
