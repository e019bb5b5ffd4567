/** What the server answers about artifacts, one function per endpoint. Shapes: `assay.wire.messages.artifacts`. */

import type { components } from './api.gen'
import { api, apiUrl, pathOf } from './client'
import { parseExactIn } from './exactIntegers'
import type { FilePreview } from './run'

type Schemas = components['schemas']

/** Times are seconds since the epoch, 0 where something has not happened. Absent fields have the wire's defaults. */
export type ArtifactVersion = Schemas['ArtifactVersion']
export type RunRef = Schemas['RunRef']
export type ArtifactCollection = Schemas['ArtifactCollection']
export type ArtifactType = Schemas['ArtifactType']
export type ShownEntry = Schemas['ShownEntry']
export type EntryFolder = Schemas['EntryFolder']
export type EntryListing = Schemas['EntryListing']
export type AliasMove = Schemas['AliasMove']
export type VersionComparison = Schemas['VersionComparison']
export type TableColumn = Schemas['TableColumn']
/** Rows are counted from 0; −1: it is not there. */
export type TableRow = Schemas['TableRow']
export type RowChange = TableRow['change']
export type TableComparison = Schemas['TableComparison']
export type MetricChange = Schemas['MetricChange']
export type MetricsSide = Schemas['MetricsSide']
export type MetricsComparison = Schemas['MetricsComparison']
export type LineageNode = Schemas['LineageNode']
export type Lineage = Schemas['Lineage']
export type Reach = Schemas['Reach']
export type Fault = Schemas['Fault']
export type VersionFault = Schemas['VersionFault']
export type VersionFaults = Schemas['VersionFaults']
export type FaultRequest = Schemas['FaultRequest']
export type SpaceShare = Schemas['SpaceShare']
export type Space = Schemas['Space']
export type Deletion = Schemas['Deletion']
export type VersionEdit = Schemas['VersionEdit']
export type RunArtifacts = Schemas['RunArtifacts']

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
    return api.get(this.version(name, ref), { parse: parseExactIn('metadata'), ...withSignal(signal) })
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

  /** The marks that reach a version, whoever set them. */
  faults(name: string, ref: string, signal?: AbortSignal): Promise<VersionFaults> {
    return api.get(`${this.version(name, ref)}/faults`, withSignal(signal))
  }

  acceptFaults(name: string, ref: string, reason: string): Promise<VersionFaults> {
    return api.put(`${this.version(name, ref)}/faults/acceptance`, { reason })
  }

  withdrawAcceptance(name: string, ref: string): Promise<VersionFaults> {
    return api.delete(`${this.version(name, ref)}/faults/acceptance`)
  }

  compare(name: string, ref: string, other: string, signal?: AbortSignal): Promise<VersionComparison> {
    const query = { with: other }
    return api.get(`${this.version(name, ref)}/compare`, {
      query,
      parse: parseExactIn('metadata'),
      ...withSignal(signal),
    })
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
