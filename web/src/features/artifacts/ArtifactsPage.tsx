/** Every artifact of a project, by type: its newest version, how many there are, how much they take. */

import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import type { ArtifactCollection } from '../../data/artifacts'
import { Ago } from '../../ui/Ago'
import { CopyButton } from '../../ui/clipboard'
import { CodeBox } from '../../ui/CodeBox'
import { TextInput } from '../../ui/controls'
import { cx } from '../../ui/cx'
import { failureOf } from '../../ui/failure'
import { formatCount, plural } from '../../ui/format'
import { Icon } from '../../ui/icons'
import { Bone, FailureMessage, Loading, Message } from '../../ui/states'
import { useNow } from '../../ui/useNow'
import { useTitle } from '../../ui/useTitle'
import { Marks } from './Marks'
import { iconOfType, marksOf, sizeText, typesQuery } from './model'
import { useCollections } from './Side'
import { useArtifactsApi } from './useArtifacts'
import './artifacts.css'

const LINES = `artifact = assay.Artifact("tiles", type="dataset")
artifact.add_dir("data/")
run.log_artifact(artifact)`

export function ArtifactsPage({ entity, project }: { entity: string; project: string }) {
  const api = useArtifactsApi(entity, project)
  useTitle('Artifacts', project)
  const search = useSearch({ strict: false }) as { type?: unknown; q?: unknown }
  const navigate = useNavigate()
  const type = typeof search.type === 'string' ? search.type : ''
  const words = typeof search.q === 'string' ? search.q : ''
  const [typed, setTyped] = useState(words)
  const { data: types, error, isPending, refetch } = useQuery(typesQuery(api))
  const shown = useMemo(
    () => (types ?? []).map(one => one.type).filter(one => type === '' || one === type),
    [types, type],
  )
  const { pages, error: listError, refetch: readLists } = useCollections(api, shown, words)
  const change = (fields: { type?: string; q?: string }): void => {
    const next = Object.fromEntries(Object.entries({ type, q: words, ...fields }).filter(([, value]) => value !== ''))
    void navigate({ to: '.', search: next as never, replace: true })
  }
  const total = types?.reduce((sum, one) => sum + one.size, 0) ?? 0
  return (
    <div className="art-list">
      <header className="ahead">
        <div className="row">
          <h1>Artifacts</h1>
          <span className="t3">
            {types &&
              `${plural(
                types.reduce((sum, one) => sum + one.collection_count, 0),
                'artifact',
              )}, ${sizeText(total)}`}
          </span>
          <span className="acts">
            <Link className="btn" to="/$entity/$project/storage" params={{ entity, project }}>
              <Icon name="gauge" size={14} /> Storage
            </Link>
          </span>
        </div>
        <div className="row filters">
          <TextInput
            icon="search"
            placeholder="Find by name"
            aria-label="Find artifacts by name"
            value={typed}
            onChange={event => {
              setTyped(event.target.value)
              change({ q: event.target.value.trim() })
            }}
          />
          <span className="row" role="group" aria-label="Type">
            {(types ?? []).map(one => (
              <button
                key={one.type}
                type="button"
                className={cx('chip plain', one.type === type && 'on')}
                aria-pressed={one.type === type}
                onClick={() => change({ type: one.type === type ? '' : one.type })}
              >
                <Icon name={iconOfType(one.type)} size={12} />
                {one.type}
                <em>{formatCount(one.collection_count)}</em>
              </button>
            ))}
          </span>
        </div>
      </header>
      {error && !types ? (
        <FailureMessage
          isPage
          failure={failureOf(error, 'Artifacts could not be listed')}
          onRetry={() => void refetch()}
        />
      ) : (
        <Loading isLoading={isPending} skeleton={<ListSkeleton />}>
          {() =>
            types?.length === 0 ? (
              <Empty />
            ) : (
              <div className="art-types">
                {listError && (
                  <FailureMessage failure={failureOf(listError, 'Artifacts could not be listed')} onRetry={readLists} />
                )}
                {shown.map((one, i) => {
                  const page = pages[i]
                  if (page ? page.collections.length === 0 : listError) return null
                  return (
                    <section key={one} className="panel" aria-label={one}>
                      <header className="panel-h">
                        <Icon name={iconOfType(one)} size={14} />
                        <h2 className="title">{one}</h2>
                        <span className="meta">{page ? formatCount(page.total) : ''}</span>
                      </header>
                      <Collections collections={page?.collections ?? []} />
                      {page && page.total > page.collections.length && (
                        <p className="hint pad">
                          {formatCount(page.collections.length)} of {formatCount(page.total)} shown; find others by
                          name.
                        </p>
                      )}
                    </section>
                  )
                })}
                {words !== '' && pages.every(page => page?.collections.length === 0) && (
                  <Message icon="search" title="No artifact is found">
                    <span>Nothing here is called “{words}”.</span>
                  </Message>
                )}
              </div>
            )
          }
        </Loading>
      )}
    </div>
  )
}

function Collections({ collections }: { collections: readonly ArtifactCollection[] }) {
  const nowS = useNow(60_000)
  return (
    // Wide tables scroll in themselves on a phone.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="scroll-x" tabIndex={0} role="group" aria-label={`Artifacts of type ${collections[0]?.type ?? ''}`}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Newest</th>
            <th scope="col" className="num">
              Versions
            </th>
            <th scope="col" className="num">
              Size
            </th>
            <th scope="col">Made by</th>
            <th scope="col" className="num">
              Changed
            </th>
          </tr>
        </thead>
        <tbody>
          {collections.map(({ entity, project, type, name, version_count: count, size, updated_at: at, latest }) => (
            <tr key={name}>
              <td>
                <Link
                  to="/$entity/$project/artifacts/$type/$name/$version"
                  params={{ entity, project, type, name, version: latest?.version ?? 'latest' }}
                  className="b"
                >
                  {name}
                </Link>
              </td>
              <td>
                <span className="row">
                  {latest?.version ?? '–'} {latest && <Marks small aliases={marksOf(latest)} />}
                </span>
              </td>
              <td className="num">{formatCount(count)}</td>
              <td className="num">{sizeText(size)}</td>
              <td>
                {latest?.created_by ? (
                  <Link to="/$entity/$project/runs/$run" params={{ entity, project, run: latest.created_by.run_id }}>
                    {latest.created_by.name}
                  </Link>
                ) : (
                  '–'
                )}
              </td>
              <td className="num">
                <Ago atS={at} nowS={nowS} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Empty() {
  return (
    <Message icon="layers" title="No artifacts yet" actions={<CopyButton text={`${LINES}\n`} label="Copy lines" />}>
      <span>Datasets, models and folders appear here with every version, and with what they were made from:</span>
      <CodeBox label="Python lines">{LINES}</CodeBox>
    </Message>
  )
}

function ListSkeleton() {
  return (
    <div className="art-types">
      {[0, 1].map(i => (
        <section key={i} className="panel">
          <div className="panel-h">
            <Bone width={90} height={9} />
          </div>
          <div className="skel-rows" />
        </section>
      ))}
    </div>
  )
}
