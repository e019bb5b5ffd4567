/** What differs between a version and another one: files and metadata, the rows of a table, numbers. */

import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ArtifactsApi, ArtifactVersion, VersionComparison } from '../../data/artifacts'
import { Button } from '../../ui/Button'
import { Segmented } from '../../ui/controls'
import { failureOf } from '../../ui/failure'
import { Select } from '../../ui/form'
import { formatCount } from '../../ui/format'
import { FailureMessage, Message, useSkeleton } from '../../ui/states'
import { ChangeCounts } from './ChangeCounts'
import { CompareMetrics } from './CompareMetrics'
import { CompareRows } from './CompareRows'
import { artifactsKey, isTablePath, sizeText, valueText, type VersionView } from './model'
import type { ChangeVersionView } from './useArtifacts'

const ROWS_MAX = 2000

export interface CompareProps {
  api: ArtifactsApi
  version: ArtifactVersion
  versions: readonly ArtifactVersion[]
  view: VersionView
  change: ChangeVersionView
}

export function CompareTab({ api, version, versions, view, change }: CompareProps) {
  const others = versions.filter(one => one.version !== version.version)
  const older = versions.find(one => one.number < version.number)
  const against = view.with ?? older?.version ?? others[0]?.version ?? ''
  const { data, error, refetch, isPending } = useQuery({
    queryKey: [...artifactsKey(api.entity, api.project), 'compare', version.name, version.version, against],
    queryFn: ({ signal }) => api.compare(version.name, version.version, against, signal),
    enabled: against !== '',
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  const isSkeleton = useSkeleton(isPending && against !== '')
  if (against === '') {
    return (
      <Message icon="compare" title="There is no other version">
        <span>A second version can be compared with this one, file by file.</span>
      </Message>
    )
  }
  const part = view.part ?? 'files'
  const tables = data?.entries.filter(entry => entry.change === 'changed' && isTablePath(entry.path)) ?? []
  return (
    <section className="panel fill" aria-label="Comparison">
      <header className="fbar">
        <h2 className="title">
          {version.version} against{' '}
          <Select
            label="Compare with"
            value={against}
            options={others.map(one => ({
              value: one.version,
              label: `${one.version}${one.aliases?.length ? ` (${one.aliases.join(', ')})` : ''}`,
            }))}
            onChange={next => change({ with: next })}
          />
        </h2>
        <span className="right">
          <Segmented
            small
            label="What is compared"
            value={part}
            options={[
              { value: 'files', label: 'Files' },
              { value: 'rows', label: 'Rows' },
              { value: 'metrics', label: 'Metrics' },
            ]}
            onChange={next => change({ part: next === 'files' ? undefined : next })}
          />
        </span>
      </header>
      {part === 'metrics' ? (
        <CompareMetrics {...{ api, version, against }} />
      ) : error && !data ? (
        <FailureMessage failure={failureOf(error, 'They could not be compared')} onRetry={() => void refetch()} />
      ) : !data ? (
        <div className="grow" aria-busy={isSkeleton} />
      ) : part === 'rows' ? (
        <CompareRows {...{ api, version, against, view, change }} tables={tables.map(entry => entry.path)} />
      ) : (
        <CompareFiles data={data} onRows={path => change({ part: 'rows', table: path, key: undefined })} />
      )}
    </section>
  )
}

function CompareFiles({ data, onRows }: { data: VersionComparison; onRows: (path: string) => void }) {
  const [only, setOnly] = useState<'' | 'added' | 'removed' | 'changed'>('')
  const entries = data.entries.filter(entry => only === '' || entry.change === only)
  const all = data.added_count + data.removed_count + data.changed_count
  return (
    <>
      <ChangeCounts
        counts={[
          ['added', data.added_count],
          ['removed', data.removed_count],
          ['changed', data.changed_count],
        ]}
        same={data.same_count}
        only={only}
        onOnly={setOnly}
      />
      {/* It scrolls, so the keyboard must reach it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="scrolls" tabIndex={0} role="region" aria-label="Differences">
        {data.metadata.length > 0 && (
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Metadata</th>
                <th scope="col">{data.before.version}</th>
                <th scope="col">{data.after.version}</th>
              </tr>
            </thead>
            <tbody>
              {data.metadata.map(row => (
                <tr key={row.key}>
                  <td className="mono">{row.key}</td>
                  <td className="wraps">{valueText(row.before)}</td>
                  <td className="wraps b">{valueText(row.after)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        <table className="table">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Change</th>
              <th scope="col" className="num">
                Before
              </th>
              <th scope="col" className="num">
                After
              </th>
            </tr>
          </thead>
          <tbody>
            {entries.slice(0, ROWS_MAX).map(entry => (
              <tr key={entry.path}>
                <td className="mono">{entry.path}</td>
                <td className={entry.change === 'added' ? 'up' : entry.change === 'removed' ? 'down' : undefined}>
                  {entry.change}
                  {entry.change === 'changed' && isTablePath(entry.path) && (
                    <Button small kind="ghost" icon="table" onClick={() => onRows(entry.path)}>
                      Rows<span className="vh"> of {entry.path}</span>
                    </Button>
                  )}
                </td>
                <td className="num">{entry.change === 'added' ? '–' : sizeText(entry.size_before)}</td>
                <td className="num">{entry.change === 'removed' ? '–' : sizeText(entry.size_after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <p className="hint pad">
          {formatCount(Math.min(entries.length, ROWS_MAX))} of {formatCount(all)} changes shown
          {all === 0 && '; the files are the same'}
        </p>
      </div>
    </>
  )
}
