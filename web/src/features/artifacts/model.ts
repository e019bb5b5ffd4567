/** What the artifact pages are, without React: their state in the address, words for sizes and versions, snippets. */

import { queryOptions } from '@tanstack/react-query'
import type { ArtifactType, ArtifactVersion, ArtifactsApi, VersionFault } from '../../data/artifacts'
import { textOf } from '../../data/exactIntegers'
import { formatDate, formatSize as sizeText } from '../../ui/format'

export const TABS = ['lineage', 'files', 'metadata', 'usage', 'compare', 'history'] as const
export type Tab = (typeof TABS)[number]
export const TAB_TITLES: Record<Tab, string> = {
  lineage: 'Lineage',
  files: 'Files',
  metadata: 'Metadata',
  usage: 'Usage',
  compare: 'Compare',
  history: 'History',
}

/** Everything a person arranges on a version's page. Absent means the default. */
export interface VersionView {
  tab?: Exclude<Tab, 'lineage'>
  /** The folder and the file that are open. */
  folder?: string
  file?: string
  find?: string
  list?: boolean
  /** The version that this one is compared with. */
  with?: string
  /** What of them is compared, where that is not their files; which table, and what tells its rows apart where that is said. */
  part?: 'rows' | 'metrics'
  table?: string
  key?: readonly string[]
  /** Inputs that are not ancestors, such as test sets, are left out. */
  direct?: boolean
  /** Equal nodes are drawn one by one, not as a stack. */
  each?: boolean
  /** How many hops are drawn, where that is not the whole history. */
  depth?: number
  /** The node whose details are shown. */
  node?: string
  mark?: 'bad'
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined

/** What makes no sense is left out; nothing is an error. */
export function parseVersionView(search: Record<string, unknown>): VersionView {
  const view: VersionView = {}
  const tab = TABS.find(one => one === search.tab)
  if (tab && tab !== 'lineage') view.tab = tab
  if (search.part === 'rows' || search.part === 'metrics') view.part = search.part
  const key = Array.isArray(search.key) ? search.key.map(String).filter(one => one !== '') : []
  if (key.length > 0) view.key = key
  for (const name of ['folder', 'file', 'find', 'with', 'table', 'node'] as const) {
    const value = text(search[name])
    if (value !== undefined) view[name] = value
  }
  if (search.list === true) view.list = true
  if (search.direct === true) view.direct = true
  if (search.each === true) view.each = true
  const depth = Number(search.depth)
  if (search.depth !== undefined && Number.isInteger(depth) && depth > 0) view.depth = depth
  if (search.mark === 'bad') view.mark = 'bad'
  return view
}

// ---- queries

export const artifactsKey = (entity: string, project: string): readonly string[] => ['artifacts', entity, project]

export const typesQuery = (api: ArtifactsApi) =>
  queryOptions({
    queryKey: [...artifactsKey(api.entity, api.project), 'types'],
    queryFn: async ({ signal }): Promise<ArtifactType[]> => (await api.types(signal)).types,
    staleTime: 10_000,
  })

export const versionQuery = (api: ArtifactsApi, name: string, ref: string) =>
  queryOptions({
    queryKey: [...artifactsKey(api.entity, api.project), 'version', name, ref],
    queryFn: ({ signal }) => api.get(name, ref, signal),
    staleTime: 10_000,
  })

export const faultsQuery = (api: ArtifactsApi, version: ArtifactVersion) =>
  queryOptions({
    queryKey: [...artifactsKey(api.entity, api.project), 'faults', version.name, version.version],
    queryFn: async ({ signal }): Promise<VersionFault[]> =>
      (await api.faults(version.name, version.version, signal)).faults,
    enabled: version.fault !== undefined && version.fault !== '',
    staleTime: 10_000,
    retry: false,
  })

const VERSIONS_PAGE = 500
/** More versions than this are not listed; the list says so. */
const VERSIONS_MAX = 5000

export const versionsQuery = (api: ArtifactsApi, name: string) =>
  queryOptions({
    queryKey: [...artifactsKey(api.entity, api.project), 'versions', name],
    queryFn: async ({ signal }): Promise<{ versions: ArtifactVersion[]; total: number }> => {
      const versions: ArtifactVersion[] = []
      let cursor = ''
      let total = 0
      do {
        const page = await api.versions(name, { cursor, limit: VERSIONS_PAGE }, signal)
        versions.push(...page.versions)
        total = page.total
        cursor = page.next
      } while (cursor !== '' && versions.length < VERSIONS_MAX)
      return { versions, total }
    },
    staleTime: 10_000,
  })

// ---- words

export { sizeText }

/** Kept no longer, such as a checkpoint that was not among the best; the history holds it all the same. */
export const isGone = ({ state }: { state?: string | undefined }): boolean => state === 'deleted' || state === 'expired'

export const shortDigest = (digest: string): string => {
  const hex = digest.replace(/^sha256:/, '')
  return hex.length > 12 ? `sha256:${hex.slice(0, 4)}…${hex.slice(-4)}` : digest
}

/** What lies where, as part of a sentence. */
export function placesText(places: readonly { bucket: string; stored: number }[]): string {
  return places.map(({ bucket, stored }) => `${sizeText(stored)} in ${bucket || 'the server’s own place'}`).join(', ')
}

export function spanText({ start, end }: { start: number; end: number }): string {
  const [from, to] = [new Date(start * 1000), new Date(end * 1000 - 1)]
  return from.getUTCFullYear() === to.getUTCFullYear()
    ? String(from.getUTCFullYear())
    : `${from.getUTCFullYear()}..${to.getUTCFullYear()}`
}

/** Marks that stand for something and so come first: where models serve, then the rest, `latest` last but for plain ones. */
export function marksOf(version: Pick<ArtifactVersion, 'aliases'>): string[] {
  const rank = (alias: string): number =>
    alias === 'production' ? 0 : alias === 'staging' ? 1 : alias === 'best' ? 2 : alias === 'latest' ? 4 : 3
  return (version.aliases ?? []).toSorted((a, b) => rank(a) - rank(b) || a.localeCompare(b))
}

/** What a version's row says below its marks. */
export function changeText(version: ArtifactVersion): string {
  if (version.state === 'expired')
    return `Bytes expired ${version.expires_at ? formatDate(version.expires_at) : ''}`.trim()
  if (version.state === 'deleted') return 'Deleted; it can be restored for a while'
  if (version.size > 0 && version.new_size === 0) return `${version.file_count} files, nothing new`
  const share = version.size > 0 ? Math.round(100 * (1 - version.new_size / version.size)) : 0
  return share > 0 ? `${sizeText(version.new_size)} new, ${share} % shared` : `${sizeText(version.new_size)} new`
}

const FOUND_ARTIFACTS = 6

/** What the palette finds. Without a project nothing is asked. */
export const foundArtifactsQuery = (api: ArtifactsApi | null, text: string) =>
  queryOptions({
    queryKey: ['found-artifacts', api?.path, text],
    queryFn: ({ signal }) => (api as ArtifactsApi).collections({ search: text, limit: FOUND_ARTIFACTS }, signal),
    enabled: api !== null && text !== '',
    staleTime: 10_000,
  })

export type ArtifactIcon = 'folder' | 'layers' | 'table' | 'code' | 'file' | 'chart'

export function iconOfType(type: string): ArtifactIcon {
  if (/model|checkpoint|weights/i.test(type)) return 'layers'
  if (/table|predictions/i.test(type)) return 'table'
  if (/code|source|job/i.test(type)) return 'code'
  if (/run-?history|eval/i.test(type)) return 'chart'
  return /data/i.test(type) ? 'folder' : 'file'
}

/** A file whose rows the server compares. */
export const isTablePath = (path: string): boolean => /\.(?:parquet|csv|tsv|jsonl|ndjson)$/i.test(path)

// ---- snippets

export type Language = 'python' | 'cli' | 'curl'

/** Pinned to the content, so that it means the same next year. */
export function snippetOf(version: ArtifactVersion, language: Language, apiUrl: string): string {
  const ref = `${version.name}:${version.version}`
  const path = `${version.entity}/${version.project}/${ref}`
  if (language === 'cli') {
    return `assay artifact get ${path} --digest ${version.digest} --root ./${version.name}\nassay artifact verify ${path}\n`
  }
  if (language === 'curl') {
    return `curl -H "Authorization: Bearer $ASSAY_API_KEY" \\\n  "${apiUrl}"\n`
  }
  return [
    'import assay',
    '',
    `run = assay.init(project=${JSON.stringify(version.project)})`,
    `artifact = run.use_artifact(${JSON.stringify(path)})`,
    `assert artifact.digest == ${JSON.stringify(version.digest)}`,
    'root = artifact.download()',
    '',
  ].join('\n')
}

// ---- metadata as rows

export interface MetadataRow {
  key: string
  value: unknown
}

/** Nested values by their whole key. */
export function metadataRows(metadata: Record<string, unknown> | undefined): MetadataRow[] {
  const rows: MetadataRow[] = []
  const walk = (value: unknown, key: string): void => {
    const isNested = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (isNested && Object.keys(value).length > 0)
      for (const [name, inner] of Object.entries(value)) walk(inner, key === '' ? name : `${key}.${name}`)
    else rows.push({ key, value })
  }
  for (const [name, value] of Object.entries(metadata ?? {})) walk(value, name)
  return rows
}

export const valueText = (value: unknown): string => (value === undefined ? '' : textOf(value))
