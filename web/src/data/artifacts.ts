/** What the server answers about artifacts, one function per endpoint. Shapes: `assay.wire.messages.artifacts`. */

import { api, apiUrl, pathOf } from './client'
import type { FilePreview } from './run'

export interface RunRef {
  /** `entity/project`. */
  project: string
  run_id: string
  name: string
  role?: string
  at?: number
}

export interface TimeSpan {
  start: number
  end: number
}

export type VersionState = 'committed' | 'expired' | 'deleted'

/** Times are seconds since the epoch, 0 where something has not happened. Absent fields have the wire's defaults. */
export interface ArtifactVersion {
  path: string
  entity: string
  project: string
  name: string
  type: string
  version: string
  number: number
  digest: string
  size: number
  new_size: number
  file_count: number
  created_at: number
  description?: string
  metadata?: Record<string, unknown>
  aliases?: string[]
  tags?: string[]
  state?: VersionState
  created_by?: RunRef
  step?: number
  ttl_s?: number
  expires_at?: number
  span?: TimeSpan
  used_by_count?: number
  updated_at?: number
  role?: string
}

export interface ArtifactCollection {
  entity: string
  project: string
  name: string
  type: string
  version_count: number
  size: number
  created_at: number
  updated_at: number
  description?: string
  tags?: string[]
  ttl_s?: number
  latest?: ArtifactVersion
}

export interface ArtifactType {
  type: string
  collection_count: number
  version_count: number
  size: number
}

export interface ShownEntry {
  path: string
  digest: string
  size: number
  ref?: string
  url?: string
  is_new?: boolean
  extra?: Record<string, unknown>
}

export interface EntryFolder {
  path: string
  file_count: number
  size: number
}

export interface EntryListing {
  folders: EntryFolder[]
  files: ShownEntry[]
  total: number
  next: string
}

export interface AliasMove {
  alias: string
  from_version: string
  to_version: string
  at: number
  by: string
}

export interface VersionComparison {
  before: ArtifactVersion
  after: ArtifactVersion
  added_count: number
  removed_count: number
  changed_count: number
  same_count: number
  entries: { path: string; change: 'added' | 'removed' | 'changed'; size_before: number; size_after: number }[]
  metadata: { key: string; before?: unknown; after?: unknown }[]
}

export type RowChange = 'changed' | 'added' | 'removed'

export interface TableColumn {
  name: string
  change: 'same' | 'added' | 'removed' | 'retyped'
  before: string
  after: string
}

/** Rows are counted from 0; −1: it is not there. */
export interface TableRow {
  change: RowChange
  row_before: number
  row_after: number
  key: (string | null)[]
  cells: { column: string; before: string | null; after: string | null }[]
}

export interface TableComparison {
  path: string
  before: string
  after: string
  /** Empty: no column tells rows apart, and whole rows are compared. */
  key: string[]
  is_key_found: boolean
  before_count: number
  after_count: number
  changed_count: number
  added_count: number
  removed_count: number
  same_count: number
  columns: TableColumn[]
  rows: TableRow[]
  offset: number
  total: number
}

export interface MetricChange {
  key: string
  origin: 'run' | 'metadata'
  before: number | string | null
  after: number | string | null
  delta: number | null
  goal: '' | 'minimize' | 'maximize'
  verdict: '' | 'better' | 'worse'
}

export interface MetricsSide {
  path: string
  run: RunRef | null
  step: number
}

export interface MetricsComparison {
  before: MetricsSide
  after: MetricsSide
  metrics: MetricChange[]
  is_cut: boolean
}

export interface LineageNode {
  id: string
  kind: 'version' | 'run' | 'group'
  label: string
  project: string
  level: number
  at: number
  type?: string
  name?: string
  version?: string
  run_id?: string
  state?: string
  aliases?: string[]
  count?: number
  members?: string[]
  hidden_up?: number
  hidden_down?: number
  is_stale?: boolean
  fault?: string
}

export interface Lineage {
  root: string
  nodes: LineageNode[]
  edges: { source: string; target: string; role: string }[]
  total: number
}

export interface Reach {
  versions: ArtifactVersion[]
  runs: RunRef[]
  version_count: number
  run_count: number
  protected_aliases: string[]
}

export interface Fault {
  id: string
  kind: 'version' | 'commit' | 'package' | 'run'
  target: string
  reason: string
  by: string
  at: number
  version_count: number
  run_count: number
  freeze: string[]
  clean_since: Record<string, string>
  taken_back_at?: number
}

export interface FaultRequest {
  kind: Fault['kind']
  target: string
  reason: string
  freeze?: string[]
}

export interface SpaceShare {
  label: string
  key: string
  size: number
  own_size: number
  version_count: number
  parts?: SpaceShare[]
}

export interface Space {
  stored: number
  listed: number
  waiting: number
  shares: SpaceShare[]
  /** Where the contents of artifacts are, of a team that has or had a bucket of its own; `bucket` empty: the server's place. */
  places?: { bucket: string; stored: number }[]
}

export interface Deletion {
  version_count: number
  freed: number
  is_dry?: boolean
  kept?: [string, string][]
  used_by?: RunRef[]
}

export interface VersionEdit {
  description?: string
  add_aliases?: string[]
  remove_aliases?: string[]
  add_tags?: string[]
  remove_tags?: string[]
  ttl_s?: number
}

export interface RunArtifacts {
  inputs: ArtifactVersion[]
  outputs: ArtifactVersion[]
}

const withSignal = (signal?: AbortSignal): { signal?: AbortSignal } => (signal ? { signal } : {})

export class ArtifactsApi {
  readonly path: string
  readonly entity: string
  readonly project: string

  constructor(entity: string, project: string) {
    this.entity = entity
    this.project = project
    this.path = `projects/${pathOf(entity, project)}`
  }

  private version(name: string, ref: string): string {
    return `${this.path}/artifacts/${pathOf(name)}/versions/${pathOf(ref)}`
  }

  zipUrl(name: string, ref: string, under = ''): string {
    return apiUrl(`${this.version(name, ref)}/files.zip`, { under })
  }

  types(signal?: AbortSignal): Promise<{ types: ArtifactType[] }> {
    return api.get(`${this.path}/artifact-types`, withSignal(signal))
  }

  collections(
    query: { type?: string; search?: string; cursor?: string; limit?: number },
    signal?: AbortSignal,
  ): Promise<{ collections: ArtifactCollection[]; total: number; next: string }> {
    return api.get(`${this.path}/artifacts`, { query, ...withSignal(signal) })
  }

  collection(name: string, signal?: AbortSignal): Promise<ArtifactCollection> {
    return api.get(`${this.path}/artifacts/${pathOf(name)}`, withSignal(signal))
  }

  versions(
    name: string,
    query: { cursor?: string; limit?: number },
    signal?: AbortSignal,
  ): Promise<{ versions: ArtifactVersion[]; total: number; next: string }> {
    return api.get(`${this.path}/artifacts/${pathOf(name)}/versions`, { query, ...withSignal(signal) })
  }

  moves(name: string, signal?: AbortSignal): Promise<{ moves: AliasMove[] }> {
    return api.get(`${this.path}/artifacts/${pathOf(name)}/aliases`, withSignal(signal))
  }

  get(name: string, ref: string, signal?: AbortSignal): Promise<ArtifactVersion> {
    return api.get(this.version(name, ref), withSignal(signal))
  }

  edit(name: string, ref: string, edit: VersionEdit): Promise<ArtifactVersion> {
    return api.patch(this.version(name, ref), edit)
  }

  remove(name: string, ref: string): Promise<unknown> {
    return api.delete(this.version(name, ref))
  }

  restore(name: string, ref: string): Promise<unknown> {
    return api.post(`${this.version(name, ref)}/restore`, {})
  }

  entries(
    name: string,
    ref: string,
    query: { folder?: string; search?: string; cursor?: string; limit?: number },
    signal?: AbortSignal,
  ): Promise<EntryListing> {
    return api.get(`${this.version(name, ref)}/entries`, { query, ...withSignal(signal) })
  }

  preview(name: string, ref: string, path: string, signal?: AbortSignal): Promise<FilePreview> {
    return api.get(`${this.version(name, ref)}/preview`, { query: { path }, ...withSignal(signal) })
  }

  fileUrl(name: string, ref: string, path: string): string {
    return apiUrl(`${this.version(name, ref)}/file`, { path })
  }

  compare(name: string, ref: string, other: string, signal?: AbortSignal): Promise<VersionComparison> {
    return api.get(`${this.version(name, ref)}/compare`, { query: { with: other }, ...withSignal(signal) })
  }

  compareTables(
    name: string,
    ref: string,
    query: { with: string; path: string; key: readonly string[]; change: string; offset: number; limit: number },
    signal?: AbortSignal,
  ): Promise<TableComparison> {
    return api.get(`${this.version(name, ref)}/compare/table`, { query, ...withSignal(signal) })
  }

  compareMetrics(name: string, ref: string, other: string, signal?: AbortSignal): Promise<MetricsComparison> {
    return api.get(`${this.version(name, ref)}/compare/metrics`, { query: { with: other }, ...withSignal(signal) })
  }

  lineage(
    name: string,
    ref: string,
    query: { direction?: 'both' | 'up' | 'down'; depth?: number; direct?: boolean; each?: boolean },
    signal?: AbortSignal,
  ): Promise<Lineage> {
    return api.get(`${this.version(name, ref)}/lineage`, { query, ...withSignal(signal) })
  }

  usedBy(name: string, ref: string, signal?: AbortSignal): Promise<{ runs: RunRef[] }> {
    return api.get(`${this.version(name, ref)}/used-by`, withSignal(signal))
  }

  ofRun(run: string, signal?: AbortSignal): Promise<RunArtifacts> {
    return api.get(`${this.path}/runs/${pathOf(run)}/artifacts`, withSignal(signal))
  }
}

/** Marks of what turned out bad, and space: both are an entity's. */
export const entityArtifacts = {
  reach: (entity: string, request: FaultRequest, signal?: AbortSignal): Promise<Reach> =>
    api.post(`entities/${pathOf(entity)}/faults/reach`, request, withSignal(signal)),
  mark: (entity: string, request: FaultRequest): Promise<Fault> =>
    api.post(`entities/${pathOf(entity)}/faults`, request),
  faults: (entity: string, signal?: AbortSignal): Promise<{ faults: Fault[] }> =>
    api.get(`entities/${pathOf(entity)}/faults`, withSignal(signal)),
  takeBack: (entity: string, id: string): Promise<unknown> => api.delete(`entities/${pathOf(entity, 'faults', id)}`),
  space: (entity: string, by: string, signal?: AbortSignal): Promise<Space> =>
    api.get(`entities/${pathOf(entity)}/space`, { query: { by }, ...withSignal(signal) }),
  remove: (
    entity: string,
    request: { versions: string[]; is_dry?: boolean; with_aliases?: boolean },
  ): Promise<Deletion> => api.post(`entities/${pathOf(entity)}/versions/delete`, request),
}
