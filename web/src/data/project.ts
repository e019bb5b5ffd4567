/** What the server answers about one project's runs and series, one function per endpoint. Shapes: `assay.wire.messages`. */

import { type DecodedGroup, decodeGroups, decodeSeries } from './arrow'
import { decodeRunKeys, type RunKeys } from './runKeys'
import { api, pathOf } from './client'
import type { DefinedMetric } from './definitions'
import { parseRun, parseRuns } from './exactIntegers'
import { withNumbers } from './oddNumbers'
import type { GroupsRequest, ReadSeries } from './seriesLoader'

export type RunState = 'pending' | 'running' | 'preempting' | 'preempted' | 'finished' | 'failed' | 'crashed' | 'killed'

/** Whether the run has not ended; one that is not known has. */
export const isLive = (run: { state: RunState } | undefined): boolean =>
  run?.state === 'running' || run?.state === 'preempting' || run?.state === 'pending'

export interface MetricDefinition {
  name: string
  step_metric: string
  hidden: boolean
  goal: string
  unit: string
}

/** A run as lists show it. Times are seconds since the epoch, 0 where something has not happened. */
export interface Run {
  entity: string
  project: string
  id: string
  name: string
  ordinal: number
  state: RunState
  exit_code: number | null
  user: string
  notes: string
  tags: string[]
  group: string
  job_type: string
  created_at: number
  started_at: number
  heartbeat_at: number
  finished_at: number
  duration_s: number
  last_step: number
  definitions?: MetricDefinition[]
  values?: Record<string, unknown>
  /** All digits of those values that are whole numbers beyond 2^53. */
  digits?: Record<string, string>
}

export interface SortKey {
  key: string
  descending: boolean
}

export interface RunQuery {
  filter: string
  search: string
  sort: SortKey[]
  columns: string[]
  cursor: string
  limit: number
}

export interface RunPage {
  runs: Run[]
  total: number
  next?: string
}

export interface Column {
  key: string
  section: 'run' | 'config' | 'summary' | 'metric' | 'system'
  kinds: string[]
  run_count: number
  is_distinct: boolean
}

export interface ColumnPage {
  columns: Column[]
  total: number
  next?: string
}

/** Series with values that are not finite: the first of each. */
export interface Nonfinite {
  found: { run: string; key: string; first_step: number; first_kind: 'nan' | 'posinf' | 'neginf' }[]
}

/** A run was `resumed` or `rewound` by `user`; `step`: the last one before, −1 for none. */
export interface Turn {
  run: string
  kind: string
  step: number
  at: number
  user: string
}

export interface Checkpoint {
  run: string
  /** As `entity/project/name:version`. */
  path: string
  type: string
  step: number
  at: number
  aliases: string[]
}

export interface Alert {
  id: number
  run: string
  title: string
  text: string
  level: string
  time: number
  step: number
}

export class ProjectApi {
  readonly path: string

  constructor(entity: string, project: string) {
    this.path = `projects/${pathOf(entity, project)}`
  }

  async runs(query: RunQuery, signal?: AbortSignal): Promise<RunPage> {
    const page = await api.post<RunPage>(`${this.path}/runs/query`, query, {
      parse: parseRuns,
      ...(signal ? { signal } : {}),
    })
    page.runs.forEach(withNumbers)
    return page
  }

  async run(id: string, signal?: AbortSignal): Promise<Run> {
    const options = { parse: parseRun, ...(signal ? { signal } : {}) }
    return withNumbers(await api.get<Run>(`${this.path}/runs/${pathOf(id)}`, options))
  }

  /** Keys that runs have, by section; `prefix` narrows them, and so does `run`, of what is measured. */
  columns(
    query: { section?: Column['section']; prefix?: string; cursor?: string; limit?: number; run?: string },
    signal?: AbortSignal,
  ): Promise<ColumnPage> {
    return api.get<ColumnPage>(`${this.path}/columns`, { query, ...(signal ? { signal } : {}) })
  }

  readonly readSeries: ReadSeries = async (request, signal) =>
    decodeSeries(await api.arrow(`${this.path}/series/query`, { ...request, precision: 64 }, { signal }))

  readonly readGroups = async (request: GroupsRequest, signal: AbortSignal): Promise<DecodedGroup[]> =>
    decodeGroups(await api.arrow(`${this.path}/series/groups`, { ...request, precision: 64 }, { signal }))

  /** Where each series is first not a finite number. */
  nonfinite(runs: readonly string[], keys: readonly string[], signal?: AbortSignal): Promise<Nonfinite> {
    return api.post<Nonfinite>(`${this.path}/series/nonfinite`, { runs, keys }, signal ? { signal } : {})
  }

  /** A value per key for each run of a set, in the set's order; rows beyond `limit` are counted in `total`. */
  readonly readRunKeys = async (
    set: Record<string, unknown>,
    keys: readonly string[],
    limit: number,
    signal: AbortSignal,
  ): Promise<RunKeys> =>
    decodeRunKeys(await api.arrow(`${this.path}/runs/values`, { ...set, keys, limit }, { signal }), keys)

  /** What the definitions of the runs (null: of all of the project, the newest first) say together of their metrics. */
  async definitions(runs: readonly string[] | null, signal?: AbortSignal): Promise<DefinedMetric[]> {
    const said = await api.post<{ metrics: DefinedMetric[] }>(
      `${this.path}/definitions/query`,
      { runs },
      signal ? { signal } : {},
    )
    return said.metrics
  }

  /** Versions that the runs made at a step. */
  checkpoints(runs: readonly string[]): Promise<{ checkpoints: Checkpoint[] }> {
    return api.post(`${this.path}/checkpoints/query`, { runs })
  }

  /** Where the runs were resumed or rewound. */
  turns(runs: readonly string[]): Promise<{ turns: Turn[] }> {
    return api.post(`${this.path}/turns/query`, { runs })
  }

  alerts(run = '', signal?: AbortSignal): Promise<{ alerts: Alert[] }> {
    return api.get(`${this.path}/alerts`, { query: { run }, ...(signal ? { signal } : {}) })
  }
}
