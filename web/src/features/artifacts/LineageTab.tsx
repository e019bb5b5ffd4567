/** Lineage, with what is new, what is in it and how to use it below. */

import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ArtifactsApi, ArtifactVersion, Lineage, LineageNode } from '../../data/artifacts'
import { apiUrl } from '../../data/client'
import { Button, IconButton } from '../../ui/Button'
import { copyText } from '../../ui/clipboard'
import { CodeBox } from '../../ui/CodeBox'
import { Segmented, TextInput } from '../../ui/controls'
import { failureOf } from '../../ui/failure'
import { formatCount, plural } from '../../ui/format'
import { Icon } from '../../ui/icons'
import { Menu, MenuItem } from '../../ui/Menu'
import { FailureMessage, useSkeleton } from '../../ui/states'
import { useMedia } from '../../ui/useToken'
import { Graph } from './graph/Graph'
import { saveGraph } from './graph/save'
import { artifactsKey, type Language, sizeText, snippetOf, type VersionView } from './model'
import type { ChangeVersionView } from './useArtifacts'

export interface LineagePanelProps {
  version: ArtifactVersion
  lineage: { data: Lineage | undefined; error: unknown; isPending: boolean; refetch: () => void }
  view: VersionView
  change: ChangeVersionView
  flip: { text: string; older: (() => void) | null; newer: (() => void) | null }
  onOpen: (node: LineageNode) => void
}

export function LineagePanel({ version, lineage, view, change, flip, onOpen }: LineagePanelProps) {
  const [find, setFind] = useState('')
  const isPhone = useMedia('(max-width: 720px)')
  const isSkeleton = useSkeleton(lineage.isPending)
  const { data } = lineage
  const hasMore = data?.nodes.some(node => (node.hidden_up ?? 0) > 0 || (node.hidden_down ?? 0) > 0) ?? false
  return (
    <section className="panel graph" aria-label="Lineage">
      <header className="bar">
        <h2 className="title">Lineage</h2>
        {data && (
          <span className="t3 small">
            {plural(data.total, 'node')}, {data.nodes.length} drawn
          </span>
        )}
        <span className="right">
          <TextInput
            className="desk-only"
            icon="search"
            placeholder="Find in graph"
            aria-label="Find in graph"
            value={find}
            onChange={event => setFind(event.target.value)}
          />
          {!isPhone && (
            <Segmented
              label="What is drawn"
              value={view.direct ? 'direct' : 'complete'}
              options={[
                { value: 'direct', label: 'Direct' },
                { value: 'complete', label: 'Complete' },
              ]}
              onChange={next => change({ direct: next === 'direct' || undefined }, { replace: true })}
            />
          )}
          {view.each && (
            <Button small onClick={() => change({ each: undefined }, { replace: true })}>
              Stack what is equal
            </Button>
          )}
          <Menu align="end" label="Save the graph" trigger={<IconButton icon="download" label="Save the graph" />}>
            <MenuItem icon="image" onSelect={() => saveGraph(`${version.name}-${version.version}`)}>
              As SVG
            </MenuItem>
            <MenuItem
              icon="code"
              onSelect={() => data && saveGraph(`${version.name}-${version.version}`, JSON.stringify(data, null, 2))}
            >
              As JSON
            </MenuItem>
          </Menu>
        </span>
      </header>
      {data ? (
        <Graph
          lineage={data}
          flip={flip}
          isVertical={isPhone}
          isBad={view.mark === 'bad'}
          find={find}
          chosen={view.node ?? ''}
          onChoose={id => change({ node: id === data.root || id === view.node ? undefined : id }, { replace: true })}
          onOpen={onOpen}
          onMore={hasMore ? () => change({ depth: (view.depth ?? DEPTH) + 1 }, { replace: true }) : null}
        />
      ) : lineage.error ? (
        <FailureMessage
          failure={failureOf(lineage.error, 'The lineage could not be read')}
          onRetry={() => lineage.refetch()}
        />
      ) : (
        <div className="cv wait" aria-busy={isSkeleton} />
      )}
    </section>
  )
}

/** Hops drawn at first, both ways. */
export const DEPTH = 4

/** Three cards: what this version changed, what is in it, how it is used. */
export function Strip({
  api,
  version,
  before,
  change,
}: {
  api: ArtifactsApi
  version: ArtifactVersion
  /** The version before this one; null: it is the first. */
  before: ArtifactVersion | null
  change: ChangeVersionView
}) {
  return (
    <div className="strip">
      <SinceCard api={api} version={version} before={before} change={change} />
      <FilesCard api={api} version={version} change={change} />
      <UseCard version={version} />
    </div>
  )
}

function SinceCard({
  api,
  version,
  before,
  change,
}: {
  api: ArtifactsApi
  version: ArtifactVersion
  before: ArtifactVersion | null
  change: ChangeVersionView
}) {
  const { data, error } = useQuery({
    queryKey: [...artifactsKey(api.entity, api.project), 'compare', version.name, version.version, before?.version],
    queryFn: ({ signal }) => api.compare(version.name, version.version, before?.version ?? '', signal),
    enabled: before !== null,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  const total = data ? data.added_count + data.removed_count + data.changed_count + data.same_count : 0
  const share = (count: number): string => `${total === 0 ? 0 : (100 * count) / total}%`
  const folders = data ? byFolder(data.entries) : []
  return (
    <section className="panel" aria-label={before ? `Since ${before.version}` : 'First version'}>
      <header className="panel-h">
        <h2 className="title">{before ? `Since ${before.version}` : 'First version'}</h2>
        {before && (
          <span className="tools">
            <IconButton
              small
              icon="expand"
              label="Compare"
              onClick={() => change({ tab: 'compare', with: before.version })}
            />
          </span>
        )}
      </header>
      <div className="pp">
        {!before ? (
          <p className="hint">Everything in it is new.</p>
        ) : error && !data ? (
          <p className="hint">{failureOf(error, 'They could not be compared').detail}</p>
        ) : data ? (
          <>
            <div className="row since">
              <b className={data.added_count > 0 ? 'up' : undefined}>{withSign('+', data.added_count)}</b> added
              <b className={data.removed_count > 0 ? 'down' : undefined}>{withSign('−', data.removed_count)}</b> removed
              <b>{formatCount(data.changed_count)}</b> changed
            </div>
            <div className="dbar" aria-hidden="true">
              <i className="a" style={{ width: share(data.added_count + data.changed_count) }} />
              <i className="r" style={{ width: share(data.removed_count) }} />
              <i className="u" />
            </div>
            <table className="mt">
              <thead>
                <tr>
                  <th scope="col">Folder</th>
                  <th scope="col">Added</th>
                  <th scope="col">Removed</th>
                  <th scope="col">Changed</th>
                </tr>
              </thead>
              <tbody>
                {folders.slice(0, 4).map(folder => (
                  <tr key={folder.name}>
                    <td className="cut">{folder.name}</td>
                    <td className={folder.added > 0 ? 'up' : undefined}>{withSign('+', folder.added)}</td>
                    <td className={folder.removed > 0 ? 'down' : undefined}>{withSign('−', folder.removed)}</td>
                    <td>{formatCount(folder.changed)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <p className="hint foot">
              {data.metadata.length === 0
                ? 'Metadata is the same'
                : `Metadata: ${plural(data.metadata.length, 'key')} changed`}
            </p>
          </>
        ) : null}
      </div>
    </section>
  )
}

function byFolder(
  entries: readonly { path: string; change: 'added' | 'removed' | 'changed' }[],
): { name: string; added: number; removed: number; changed: number }[] {
  const folders = new Map<string, { name: string; added: number; removed: number; changed: number }>()
  for (const { path, change } of entries) {
    const name = path.includes('/') ? path.slice(0, path.indexOf('/')) : '.'
    let folder = folders.get(name)
    if (!folder) folders.set(name, (folder = { name, added: 0, removed: 0, changed: 0 }))
    folder[change]++
  }
  const sum = (folder: { added: number; removed: number; changed: number }): number =>
    folder.added + folder.removed + folder.changed
  return [...folders.values()].toSorted((a, b) => sum(b) - sum(a))
}

const PICTURE = /\.(png|jpe?g|webp|gif|bmp|avif)$/i
const THUMBS = 12

function FilesCard({
  api,
  version,
  change,
}: {
  api: ArtifactsApi
  version: ArtifactVersion
  change: ChangeVersionView
}) {
  const { data, error } = useQuery({
    queryKey: [...artifactsKey(api.entity, api.project), 'first-entries', version.name, version.version],
    queryFn: ({ signal }) => api.entries(version.name, version.version, { limit: 200 }, signal),
    staleTime: 5 * 60_000,
    retry: false,
  })
  const pictures = data?.files.filter(file => PICTURE.test(file.path) && file.url) ?? []
  return (
    <section className="panel" aria-label="Files">
      <header className="panel-h">
        <h2 className="title">Files</h2>
        <span className="meta">{formatCount(version.file_count)}</span>
        <span className="tools">
          <IconButton small icon="expand" label="Browse all files" onClick={() => change({ tab: 'files' })} />
        </span>
      </header>
      <div className="pp">
        {error && !data ? (
          <p className="hint">{failureOf(error, 'The files could not be listed').detail}</p>
        ) : pictures.length >= 4 ? (
          <div className="thumbs">
            {pictures.slice(0, THUMBS).map(file => (
              <button key={file.path} type="button" onClick={() => change({ tab: 'files', file: file.path })}>
                <img src={api.fileUrl(version.name, version.version, file.path)} alt={file.path} loading="lazy" />
              </button>
            ))}
          </div>
        ) : (
          <ul className="few-files">
            {data?.folders.slice(0, 6).map(folder => (
              <li key={folder.path}>
                <button type="button" onClick={() => change({ tab: 'files', folder: folder.path })}>
                  <Icon name="folder" size={12} />
                  <span className="cut">{folder.path}</span>
                  <span className="t3">{formatCount(folder.file_count)}</span>
                </button>
              </li>
            ))}
            {data?.files.slice(0, 6).map(file => (
              <li key={file.path}>
                <button type="button" onClick={() => change({ tab: 'files', file: file.path })}>
                  <Icon name="file" size={12} />
                  <span className="cut">{file.path}</span>
                  <span className="t3">{sizeText(file.size)}</span>
                </button>
              </li>
            ))}
          </ul>
        )}
        <p className="hint foot">{sizeText(version.size)}</p>
      </div>
    </section>
  )
}

const LANGUAGES = [
  { value: 'python', label: 'Python' },
  { value: 'cli', label: 'CLI' },
  { value: 'curl', label: 'curl' },
] as const

export function UseCard({ version }: { version: ArtifactVersion }) {
  const [language, setLanguage] = useState<Language>('python')
  const url = apiUrl(
    `projects/${version.entity}/${version.project}/artifacts/${version.name}/versions/${version.version}/entries`,
  )
  const code = snippetOf(version, language, url)
  return (
    <section className="panel" aria-label="Use this version">
      <header className="panel-h">
        <h2 className="title">Use this version</h2>
        <span className="tools wide">
          <Segmented small label="Language" value={language} options={LANGUAGES} onChange={setLanguage} />
          <IconButton small icon="copy" label="Copy the code" onClick={() => void copyText(code, 'the code')} />
        </span>
      </header>
      <div className="pp">
        <CodeBox label="How to use it">{code}</CodeBox>
        <p className="hint foot">
          <Icon name="lock" size={12} /> Pinned by digest; marks may move
        </p>
      </div>
    </section>
  )
}

/** None is neither more nor less. */
const withSign = (sign: string, count: number): string => (count > 0 ? `${sign}${formatCount(count)}` : '0')
