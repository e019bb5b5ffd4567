/** At the left: every artifact of the project by type; below it the versions of the open one. */

import { useQueries, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef, useState } from 'react'
import type { ArtifactCollection, ArtifactsApi, ArtifactVersion } from '../../data/artifacts'
import { Ago } from '../../ui/Ago'
import { Button } from '../../ui/Button'
import { TextInput } from '../../ui/controls'
import { cx } from '../../ui/cx'
import { failureOf } from '../../ui/failure'
import { formatCount } from '../../ui/format'
import { Icon } from '../../ui/icons'
import { useNow } from '../../ui/useNow'
import { Marks } from './Marks'
import {
  artifactsKey,
  changeText,
  iconOfType,
  isGone,
  marksOf,
  sizeText,
  spanText,
  typesQuery,
  versionsQuery,
} from './model'

const PAGE = 500

export function useCollections(api: ArtifactsApi, types: readonly string[], search: string) {
  return useQueries({
    queries: types.map(type => ({
      queryKey: [...artifactsKey(api.entity, api.project), 'collections', type, search],
      queryFn: ({ signal }: { signal: AbortSignal }) => api.collections({ type, search, limit: PAGE }, signal),
      staleTime: 10_000,
    })),
    combine: results => ({
      pages: results.map(result => result.data),
      error: results.find(result => result.error)?.error ?? null,
      refetch: () => {
        for (const result of results) if (result.error) void result.refetch()
      },
    }),
  })
}

export function Side({ api, type, name, version }: { api: ArtifactsApi; type: string; name: string; version: string }) {
  const { data: types, error, refetch } = useQuery(typesQuery(api))
  const [words, setWords] = useState('')
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set([type]))
  const isFinding = words.trim() !== ''
  const shown = useMemo(
    () => (types ?? []).map(one => one.type).filter(one => isFinding || open.has(one)),
    [types, open, isFinding],
  )
  const lists = useCollections(api, shown, words.trim())
  const { pages } = lists
  const failed = error && !types ? error : lists.error
  const toggle = (one: string): void => {
    const next = new Set(open)
    if (!next.delete(one)) next.add(one)
    setOpen(next)
  }
  return (
    <aside className="art-side" aria-label="Artifacts">
      <div className="find">
        <TextInput
          icon="search"
          placeholder="Find artifacts"
          aria-label="Find artifacts"
          value={words}
          onChange={event => setWords(event.target.value)}
        />
      </div>
      <nav className="coll" aria-label="Artifacts by type">
        {failed && (
          <Unread
            error={failed}
            title="Artifacts could not be listed"
            onRetry={failed === error ? () => void refetch() : lists.refetch}
          />
        )}
        {(types ?? []).map(one => {
          const page = pages[shown.indexOf(one.type)]
          const isOpen = shown.includes(one.type)
          return (
            <div key={one.type}>
              <button type="button" className="n" aria-expanded={isOpen} onClick={() => toggle(one.type)}>
                <Icon name={isOpen ? 'chev-d' : 'chev-r'} size={12} />
                <span className="cut">{one.type}</span>
                <span className="ct">{formatCount(one.collection_count)}</span>
              </button>
              {isOpen &&
                page?.collections.map(collection => (
                  <CollectionLink key={collection.name} collection={collection} isHere={collection.name === name} />
                ))}
              {isOpen && page && page.total > page.collections.length && (
                <span className="hint more">
                  {formatCount(page.total - page.collections.length)} more: find them by name
                </span>
              )}
            </div>
          )
        })}
      </nav>
      {name !== '' && <Versions api={api} type={type} name={name} version={version} />}
    </aside>
  )
}

function CollectionLink({ collection, isHere }: { collection: ArtifactCollection; isHere: boolean }) {
  const { entity, project, type, name, version_count: count, latest } = collection
  return (
    <Link
      to="/$entity/$project/artifacts/$type/$name/$version"
      params={{ entity, project, type, name, version: latest?.version ?? 'latest' }}
      className={cx('n deep', isHere && 'on')}
      activeProps={{}}
      aria-current={isHere ? 'true' : undefined}
    >
      <Icon name={iconOfType(type)} size={12} />
      <span className="cut" title={name}>
        {name}
      </span>
      <span className="ct">{formatCount(count)}</span>
    </Link>
  )
}

const ROW_PX = 48
const MARKS_LINE_PX = 20
/** Two marks to a line; the first line is there anyway. */
const rowPx = (version: ArtifactVersion): number =>
  ROW_PX + Math.max(0, Math.ceil(labels(version).length / 2) - 1) * MARKS_LINE_PX

/** Newest first; virtual, for a collection may have thousands. */
export function Versions({
  api,
  type,
  name,
  version,
}: {
  api: ArtifactsApi
  type: string
  name: string
  version: string
}) {
  const { data, error, refetch } = useQuery(versionsQuery(api, name))
  const scroller = useRef<HTMLDivElement>(null)
  const nowS = useNow(60_000)
  const versions = data?.versions ?? NONE
  // oxlint-disable-next-line react/incompatible-library -- kept in the component that maps the items
  const virtual = useVirtualizer({
    count: versions.length,
    getScrollElement: () => scroller.current,
    estimateSize: i => rowPx(versions[i] as ArtifactVersion),
    getItemKey: i => (versions[i] as ArtifactVersion).version,
    overscan: 8,
  })
  const stored = versions.reduce((sum, one) => sum + one.new_size, 0)
  const logical = versions.reduce((sum, one) => sum + Math.max(0, one.size), 0)
  return (
    <>
      <h2 className="vh-row">
        <span className="cut">Versions of {name}</span>
        <span>{data ? formatCount(data.total) : ''}</span>
      </h2>
      {error && !data && <Unread error={error} title="Versions could not be listed" onRetry={() => void refetch()} />}
      <div className="vers" ref={scroller}>
        <ol style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(item => {
            const one = versions[item.index] as ArtifactVersion
            const isHere = one.version === version
            return (
              <li key={one.version} style={{ top: item.start, height: item.size }}>
                <Link
                  to="/$entity/$project/artifacts/$type/$name/$version"
                  params={{ entity: one.entity, project: one.project, type, name, version: one.version }}
                  search={true as never}
                  className={cx('ver', isHere && 'on', isGone(one) && 'gone')}
                  activeProps={{}}
                  aria-current={isHere ? 'page' : undefined}
                >
                  <span className="v">{one.version}</span>
                  <span className="ms">
                    <Marks small aliases={labels(one)} />
                  </span>
                  <span className="d">
                    <Ago atS={one.created_at} nowS={nowS} />
                  </span>
                  <span className="ch cut">{changeText(one)}</span>
                  <span className="sz">{one.state === 'expired' ? '–' : sizeText(one.size)}</span>
                </Link>
              </li>
            )
          })}
        </ol>
      </div>
      {data && (
        <div className="side-foot">
          <b>{sizeText(stored)} stored</b>
          <span>{sizeText(logical)} logical</span>
        </div>
      )}
    </>
  )
}

/** A failure where there is room for two lines. */
function Unread({ error, title, onRetry }: { error: unknown; title: string; onRetry: () => void }) {
  return (
    <div className="unread" role="alert" title={failureOf(error, title).detail}>
      {title}.
      <Button small icon="refresh" onClick={onRetry}>
        Try again
      </Button>
    </div>
  )
}

const NONE: readonly ArtifactVersion[] = []

const labels = (version: ArtifactVersion): string[] => [
  ...marksOf(version),
  ...(version.span ? [spanText(version.span)] : []),
]
