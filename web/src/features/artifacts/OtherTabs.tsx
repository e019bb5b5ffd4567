/** Metadata, who uses a version, and how its collection's aliases moved. */

import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { ArtifactsApi, ArtifactVersion } from '../../data/artifacts'
import { Ago } from '../../ui/Ago'
import { Button } from '../../ui/Button'
import { copyText } from '../../ui/clipboard'
import { TextInput } from '../../ui/controls'
import { cx } from '../../ui/cx'
import { failureOf } from '../../ui/failure'
import { folded } from '../../ui/folding'
import { formatCount, plural } from '../../ui/format'
import { FailureMessage, Message } from '../../ui/states'
import { useNow } from '../../ui/useNow'
import { RunLink } from './Details'
import { UseCard } from './LineageTab'
import { artifactsKey, metadataRows, valueText } from './model'

export function MetadataTab({ version }: { version: ArtifactVersion }) {
  const [words, setWords] = useState('')
  const rows = useMemo(() => metadataRows(version.metadata), [version.metadata])
  const needle = folded(words.trim())
  const shown = rows.filter(
    row => needle === '' || folded(row.key).includes(needle) || folded(valueText(row.value)).includes(needle),
  )
  if (rows.length === 0) {
    return (
      <Message icon="list" title="No metadata">
        <span>
          <code>
            assay.Artifact(name, type, metadata={'{'}…{'}'})
          </code>{' '}
          keeps what should be known about it, to be found by later.
        </span>
      </Message>
    )
  }
  return (
    <section className="panel fill" aria-label="Metadata">
      <header className="fbar">
        <h2 className="title">Metadata</h2>
        <span className="t3 small">{plural(rows.length, 'key')}</span>
        <span className="right">
          <TextInput
            icon="search"
            placeholder="Find a key or a value"
            aria-label="Find a key or a value"
            value={words}
            onChange={event => setWords(event.target.value)}
          />
          <Button icon="copy" onClick={() => void copyText(JSON.stringify(version.metadata, null, 2), 'the metadata')}>
            Copy as JSON
          </Button>
        </span>
      </header>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls */}
      <div className="scrolls" tabIndex={0} role="group" aria-label="Keys and values">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Key</th>
              <th scope="col">Value</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(row => (
              <tr key={row.key}>
                <td className="mono">{row.key}</td>
                <td className={cx('wraps', typeof row.value === 'number' && 'num-left')}>{valueText(row.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

export function UsageTab({ api, version }: { api: ArtifactsApi; version: ArtifactVersion }) {
  const nowS = useNow(60_000)
  const { data, error, refetch } = useQuery({
    queryKey: [...artifactsKey(api.entity, api.project), 'used-by', version.name, version.version],
    queryFn: ({ signal }) => api.usedBy(version.name, version.version, signal),
    staleTime: 10_000,
  })
  return (
    <div className="usage-tab">
      <UseCard version={version} />
      <section className="panel fill" aria-label="Used by">
        <header className="fbar">
          <h2 className="title">Used by</h2>
          <span className="t3 small">{data ? formatCount(data.runs.length) : ''} runs</span>
        </header>
        {error && !data ? (
          <FailureMessage failure={failureOf(error, 'Its users could not be read')} onRetry={() => void refetch()} />
        ) : data?.runs.length === 0 ? (
          <Message icon="workspace" title="No run has used it">
            <span>
              <code>run.use_artifact(&quot;{`${version.name}:${version.version}`}&quot;)</code> makes the run known
              here.
            </span>
          </Message>
        ) : (
          // It scrolls when many use it.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          <div className="scrolls" tabIndex={0} role="region" aria-label="Runs that used it">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">Run</th>
                  <th scope="col">Project</th>
                  <th scope="col">As</th>
                  <th scope="col">When</th>
                </tr>
              </thead>
              <tbody>
                {data?.runs.map(run => (
                  <tr key={`${run.project}/${run.run_id} ${run.role}`}>
                    <td>
                      <RunLink run={run} name={run.name} />
                    </td>
                    <td>{run.project}</td>
                    <td>{run.role || '–'}</td>
                    <td>
                      <Ago atS={run.at ?? 0} nowS={nowS} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
    </div>
  )
}

export function HistoryTab({ api, name }: { api: ArtifactsApi; name: string }) {
  const nowS = useNow(60_000)
  const { data, error, refetch } = useQuery({
    queryKey: [...artifactsKey(api.entity, api.project), 'moves', name],
    queryFn: ({ signal }) => api.moves(name, signal),
    staleTime: 10_000,
  })
  if (error && !data)
    return <FailureMessage failure={failureOf(error, 'The history could not be read')} onRetry={() => void refetch()} />
  if (data?.moves.length === 0) {
    return (
      <Message icon="history" title="No alias has moved yet">
        <span>What an alias pointed at, from when to when and who moved it, is kept here.</span>
      </Message>
    )
  }
  return (
    <section className="panel fill" aria-label="History">
      <header className="fbar">
        <h2 className="title">How aliases moved</h2>
      </header>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls */}
      <div className="scrolls" tabIndex={0} role="region" aria-label="Moves of aliases">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Alias</th>
              <th scope="col">From</th>
              <th scope="col">To</th>
              <th scope="col">By</th>
              <th scope="col">When</th>
            </tr>
          </thead>
          <tbody>
            {data?.moves.map((move, i) => (
              // oxlint-disable-next-line react/no-array-index-key -- moves stand in order
              <tr key={`${move.alias} ${move.at} ${i}`}>
                <td>
                  <span className={cx('mark sm', move.alias === 'production' && 'production')}>{move.alias}</span>
                </td>
                <td>{move.from_version || 'new'}</td>
                <td>{move.to_version || 'removed'}</td>
                <td>{move.by}</td>
                <td>
                  <Ago atS={move.at} nowS={nowS} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
