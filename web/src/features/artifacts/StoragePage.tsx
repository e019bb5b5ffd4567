/** What an entity's artifacts and run files take, as areas: by project, type, run or age; and what deleting some of it would free. */

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { entityArtifacts, type SpaceShare } from '../../data/artifacts'
import { Segmented } from '../../ui/controls'
import { failureOf } from '../../ui/failure'
import { formatCount, plural } from '../../ui/format'
import { FailureMessage, Message, useSkeleton } from '../../ui/states'
import { useTitle } from '../../ui/useTitle'
import { placesText, sizeText } from './model'
import { treemap } from './treemap'
import './artifacts.css'

const BY = [
  { value: 'project', label: 'Project' },
  { value: 'type', label: 'Type' },
  { value: 'artifact', label: 'Artifact' },
  { value: 'run', label: 'Run' },
  { value: 'age', label: 'Age' },
] as const
type By = (typeof BY)[number]['value']

export function StoragePage({ entity }: { entity: string }) {
  useTitle('Storage', entity)
  const search = useSearch({ strict: false }) as { by?: unknown; in?: unknown }
  const navigate = useNavigate()
  const by: By = BY.find(one => one.value === search.by)?.value ?? 'project'
  // Run files have the empty key: no choice is something else.
  const within = typeof search.in === 'string' ? search.in : null
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['space', entity, by],
    queryFn: ({ signal }) => entityArtifacts.space(entity, by, signal),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  })
  const isSkeleton = useSkeleton(isPending)
  const open = data?.shares.find(share => share.key === within)
  const shares = open?.parts ?? data?.shares ?? []
  const shared = data && data.listed > 0 ? Math.round(100 * (1 - data.stored / data.listed)) : 0
  return (
    <div className="art-list">
      <header className="ahead">
        <div className="row">
          <h1>Storage of {entity}</h1>
          <span className="acts">
            <Segmented
              label="Grouped by"
              value={by}
              options={BY}
              onChange={next => void navigate({ to: '.', search: (next === 'project' ? {} : { by: next }) as never })}
            />
          </span>
        </div>
        {data && (
          <p>
            <b className="b">{sizeText(data.stored)}</b> stored, {sizeText(data.listed)} logical: {shared} % is shared
            between versions.
            {data.waiting > 0 && ` ${sizeText(data.waiting)} waits to be freed.`}
            {data.places && ` Of the artifacts, ${placesText(data.places)}.`}
          </p>
        )}
      </header>
      {error && !data ? (
        <FailureMessage
          isPage
          failure={failureOf(error, 'What is stored could not be read')}
          onRetry={() => void refetch()}
        />
      ) : !data ? (
        <div className="art-types" aria-busy={isSkeleton} />
      ) : shares.length === 0 ? (
        <Message icon="gauge" title="Nothing is stored yet">
          <span>Artifacts and files of runs appear here with what they take.</span>
        </Message>
      ) : (
        <div className="art-types">
          {open && (
            <p className="row">
              <button
                type="button"
                className="btn sm"
                onClick={() =>
                  void navigate({ to: '.', search: ((before: object) => ({ ...before, in: undefined })) as never })
                }
              >
                All
              </button>
              <b>{open.label}</b> {sizeText(open.size)}
            </p>
          )}
          <Map
            shares={shares}
            onOpen={share =>
              void navigate({ to: '.', search: ((before: object) => ({ ...before, in: share.key })) as never })
            }
          />
          <section className="panel" aria-label="Largest">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{BY.find(one => one.value === by)?.label}</th>
                  <th scope="col" className="num">
                    Versions
                  </th>
                  <th scope="col" className="num">
                    Size
                  </th>
                  <th
                    scope="col"
                    className="num"
                    title="What deleting it alone would free: contents that nothing else lists."
                  >
                    Its own
                  </th>
                </tr>
              </thead>
              <tbody>
                {shares
                  .toSorted((a, b) => b.size - a.size)
                  .slice(0, ROWS_MAX)
                  .map(share => (
                    <tr key={share.key}>
                      <td>{share.label}</td>
                      <td className="num">{formatCount(share.version_count)}</td>
                      <td className="num">{sizeText(share.size)}</td>
                      <td className="num">{sizeText(share.own_size)}</td>
                    </tr>
                  ))}
              </tbody>
            </table>
            {shares.length > ROWS_MAX && (
              <p className="hint pad">
                The largest {ROWS_MAX} of {formatCount(shares.length)}
              </p>
            )}
          </section>
        </div>
      )}
    </div>
  )
}

const ROWS_MAX = 200
const HEIGHT_PX = 380

function Map({ shares, onOpen }: { shares: readonly SpaceShare[]; onOpen: (share: SpaceShare) => void }) {
  const [place, setPlace] = useState<HTMLDivElement | null>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    if (!place) return
    const observer = new ResizeObserver(([entry]) => entry && setWidth(entry.contentRect.width))
    observer.observe(place)
    return () => observer.disconnect()
  }, [place])
  const tiles = treemap(shares, share => share.size, width, HEIGHT_PX)
  const most = Math.max(...shares.map(share => share.size), 1)
  return (
    <div ref={setPlace} className="treemap" style={{ height: HEIGHT_PX }} role="group" aria-label="What takes how much">
      {tiles.map(({ item, x, y, width: wide, height }) => {
        const strength = 1 + Math.round(6 * Math.sqrt(item.size / most))
        const drawn = {
          className: 'tile',
          style: {
            left: x,
            top: y,
            width: wide,
            height,
            background: `var(--seq-${strength})`,
            color: `var(--on-seq-${strength})`,
          },
          title: `${item.label}: ${sizeText(item.size)}, ${sizeText(item.own_size)} its own, ${plural(item.version_count, 'version')}`,
        }
        const words = (
          <>
            <span className="vh">
              {item.label}, {sizeText(item.size)}
            </span>
            {wide > 60 && height > 30 && (
              <span className="cut" aria-hidden="true">
                <b>{item.label}</b>
                <br />
                {sizeText(item.size)}
              </span>
            )}
          </>
        )
        // What has no parts opens nothing.
        return (item.parts?.length ?? 0) > 0 ? (
          <button key={item.key} type="button" {...drawn} onClick={() => onOpen(item)}>
            {words}
          </button>
        ) : (
          <div key={item.key} {...drawn}>
            {words}
          </div>
        )
      })}
    </div>
  )
}
