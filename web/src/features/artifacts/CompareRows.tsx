/** The rows of one table that differ between two versions, told apart by columns that are found or chosen. */

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ArtifactsApi, ArtifactVersion, RowChange, TableComparison, TableRow } from '../../data/artifacts'
import { Button } from '../../ui/Button'
import { failureOf } from '../../ui/failure'
import { ChipsInput, Select } from '../../ui/form'
import { formatCount } from '../../ui/format'
import { FailureMessage, Message, useSkeleton } from '../../ui/states'
import { ChangeCounts } from './ChangeCounts'
import { artifactsKey, type VersionView } from './model'
import type { ChangeVersionView } from './useArtifacts'

const PAGE = 100
const SIGNS: Record<RowChange, string> = { changed: '~', added: '+', removed: '−' }

export function CompareRows({
  api,
  version,
  against,
  tables,
  view,
  change,
}: {
  api: ArtifactsApi
  version: ArtifactVersion
  against: string
  /** Tables that are in both and changed. */
  tables: readonly string[]
  view: VersionView
  change: ChangeVersionView
}) {
  const table = view.table ?? tables[0] ?? ''
  const { key = [] } = view
  const [only, setOnly] = useState<RowChange | ''>('')
  const { data, error, refetch, isPending, isPlaceholderData, fetchNextPage, hasNextPage, isFetchingNextPage } =
    useInfiniteQuery({
      queryKey: [
        ...artifactsKey(api.entity, api.project), 'compare-table', version.name, version.version, against, table, key, only,
      ], // oxfmt-ignore
      queryFn: ({ signal, pageParam }) =>
        api.compareTables(
          version.name,
          version.version,
          { with: against, path: table, key, change: only, offset: pageParam, limit: PAGE },
          signal,
        ),
      initialPageParam: 0,
      getNextPageParam: page =>
        page.rows.length > 0 && page.offset + page.rows.length < page.total
          ? page.offset + page.rows.length
          : undefined,
      enabled: table !== '',
      placeholderData: keepPreviousData,
      staleTime: Number.POSITIVE_INFINITY,
      retry: false,
    })
  const isSkeleton = useSkeleton(isPending && table !== '')
  if (table === '') {
    return (
      <Message icon="table" title="No table changed">
        <span>Files that end in .csv, .tsv, .parquet or .jsonl are compared row by row when they differ.</span>
      </Message>
    )
  }
  const first = data?.pages[0]
  const rows = data?.pages.flatMap(page => page.rows) ?? []
  const options = [...new Set([table, ...tables])].map(path => ({ value: path, label: path }))
  return (
    <>
      <div className="cmp-table">
        <Select
          label="Table"
          value={table}
          options={options}
          onChange={path => change({ table: path, key: undefined })}
        />
        <span className="t3">rows told apart by</span>
        <ChipsInput
          label="Columns that tell rows apart"
          values={key.length > 0 ? key : (first?.key ?? [])}
          options={(first?.columns ?? [])
            .filter(column => column.change === 'same' || column.change === 'retyped')
            .map(column => ({ key: column.name, hint: column.after }))}
          placeholder={first && first.key.length === 0 && key.length === 0 ? 'whole rows' : 'and'}
          onAdd={(name, isKey) => isKey && change({ key: [...(key.length > 0 ? key : (first?.key ?? [])), name] })}
          onRemove={name => {
            const rest = (key.length > 0 ? key : (first?.key ?? [])).filter(one => one !== name)
            change({ key: rest.length > 0 ? rest : undefined })
          }}
        />
        {key.length > 0 && (
          <Button small kind="ghost" onClick={() => change({ key: undefined })}>
            Find it
          </Button>
        )}
      </div>
      {first && !isPlaceholderData && <Columns found={first} />}
      {error && (!data || isPlaceholderData) ? (
        <FailureMessage failure={failureOf(error, 'The tables could not be compared')} onRetry={() => void refetch()} />
      ) : !first ? (
        <div className="grow" aria-busy={isSkeleton}>
          <p className="hint pad">Comparing the rows…</p>
        </div>
      ) : (
        <>
          <ChangeCounts
            counts={[
              ['changed', first.changed_count],
              ['added', first.added_count],
              ['removed', first.removed_count],
            ]}
            same={first.same_count}
            only={only}
            onOnly={setOnly}
          />
          <div
            className="scrolls"
            // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls
            tabIndex={0}
            role="region"
            aria-label="Rows that differ"
            aria-busy={isPlaceholderData}
          >
            <table className="table cmp-rows">
              <thead>
                <tr>
                  <th scope="col">Row</th>
                  {first.key.map(name => (
                    <th key={name} scope="col">
                      {name}
                    </th>
                  ))}
                  <th scope="col">What differs</th>
                </tr>
              </thead>
              <tbody>
                {rows.map(row => (
                  <Row key={`${row.change} ${row.row_before} ${row.row_after}`} row={row} keys={first.key} />
                ))}
              </tbody>
            </table>
            <p className="hint pad">
              {formatCount(rows.length)} of {formatCount(first.total)} rows shown
              {first.changed_count + first.added_count + first.removed_count === 0 && '; the rows are the same'}
              {hasNextPage && (
                <Button small disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                  Show more
                </Button>
              )}
            </p>
          </div>
        </>
      )}
    </>
  )
}

/** Columns that came, went, or hold something else. */
function Columns({ found }: { found: TableComparison }) {
  const differing = found.columns.filter(column => column.change !== 'same')
  if (differing.length === 0) return null
  return (
    <ul className="cmp-cols" aria-label="Columns that differ">
      {differing.map(column => (
        <li key={column.name} className={column.change}>
          {column.change === 'added' ? '+ ' : column.change === 'removed' ? '− ' : ''}
          <b>{column.name}</b>
          {column.change === 'retyped' && ` ${column.before} → ${column.after}`}
        </li>
      ))}
    </ul>
  )
}

function Row({ row, keys }: { row: TableRow; keys: readonly string[] }) {
  const number = row.change === 'removed' ? row.row_before : row.row_after
  const cells = row.change === 'changed' ? row.cells : row.cells.filter(cell => !keys.includes(cell.column))
  return (
    <tr>
      <td className={row.change === 'added' ? 'up' : row.change === 'removed' ? 'down' : undefined}>
        <span aria-hidden="true">{SIGNS[row.change]} </span>
        <span className="vh">{row.change} </span>
        <span className="num">{formatCount(number + 1)}</span>
      </td>
      {row.key.map((value, i) => (
        <td key={keys[i]} className="mono">
          <Text value={value} />
        </td>
      ))}
      <td className="wraps">
        {cells.map(cell => (
          <span key={cell.column} className="cmp-cell">
            <b>{cell.column}</b>{' '}
            {row.change !== 'added' && (
              <del>
                <Text value={cell.before} />
              </del>
            )}
            {row.change === 'changed' && ' → '}
            {row.change !== 'removed' && (
              <ins>
                <Text value={cell.after} />
              </ins>
            )}
          </span>
        ))}
      </td>
    </tr>
  )
}

const Text = ({ value }: { value: string | null }) => (value === null ? <i className="t3">nothing</i> : value)
