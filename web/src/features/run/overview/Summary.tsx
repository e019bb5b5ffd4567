/** The metric the run is judged by as a figure, the others as rows with how they went and how far they are from the baseline. */

import { useQuery } from '@tanstack/react-query'
import { Fragment, useMemo, useState } from 'react'
import { runStyle } from '../../../charts/palette'
import { formatDigits, formatExact, formatPower, formatValue } from '../../../charts/number'
import { asNumber, ExactInteger } from '../../../data/exactIntegers'
import { jsonText } from '../../../data/oddNumbers'
import { deltaText } from '../../../panels/valueText'
import { IconButton } from '../../../ui/Button'
import { copyText } from '../../../ui/clipboard'
import { TextInput } from '../../../ui/controls'
import { folded } from '../../../ui/folding'
import { plural } from '../../../ui/format'
import { Icon } from '../../../ui/icons'
import { Menu, MenuItem } from '../../../ui/Menu'
import { goalMetric, type SummaryRow, summaryRows } from '../model'
import { useRunPlace } from '../useRun'
import { download } from '../download'
import { toYaml } from '../yaml'
import { Spark } from './Spark'
import { isLive } from '../../../data/project'

const SPARKS_MAX = 60
const ROWS_FIRST = 200

const SENSE = { better: 'up', worse: 'down', none: 't3' } as const

export function Summary() {
  const { session, run, base } = useRunPlace()
  const [words, setWords] = useState('')
  const [most, setMost] = useState(ROWS_FIRST)
  const rows = useMemo(() => summaryRows(run, base), [run, base])
  const goal = goalMetric(run)
  const figure = goal ? rows.find(row => row.key === goal.key && typeof asNumber(row.value) === 'number') : undefined
  const needle = folded(words)
  const found = rows.filter(row => row !== figure && folded(row.key).includes(needle))
  const keys = useMemo(() => [...new Set(rows.map(row => row.key))].slice(0, SPARKS_MAX), [rows])
  const { data: sparks } = useQuery({
    queryKey: ['sparks', session.entity, session.project, session.run, keys],
    queryFn: async ({ signal }) => {
      const answer = await session.projectApi.readSeries(
        { runs: [session.run], keys, x: 'step', channel: 'history', buckets: 48 },
        signal,
      )
      return new Map(
        answer.map(({ key, data }) => [key, { x: data.x.subarray(0, data.rows), y: data.mean.subarray(0, data.rows) }]),
      )
    },
    enabled: keys.length > 0,
    ...(isLive(run) ? { refetchInterval: 5000 } : {}),
    placeholderData: before => before,
  })
  const colour = runStyle(run.ordinal).colour
  return (
    <section className="panel fix o1 summary" aria-label="Summary">
      <header className="panel-h">
        <h2 className="title">Summary</h2>
        <span className="meta">{plural(rows.length, 'metric')}</span>
        {base && (
          <span className="right vs" title={`Deltas are against ${base.name}`}>
            <span className="t3">vs</span>
            <span className="sw" style={{ '--c': `var(${runStyle(base.ordinal).colour})`, width: 12 } as never} />
            <Icon name="pin" size={12} />
            <span className="cut">{base.name}</span>
          </span>
        )}
        <span className="tools">
          <Menu
            align="end"
            label="Copy the summary"
            trigger={<IconButton small icon="copy" label="Copy the summary" />}
          >
            <MenuItem onSelect={() => void copyText(toYaml(run.summary), 'the summary')}>Copy as YAML</MenuItem>
            <MenuItem onSelect={() => void copyText(jsonText(run.summary), 'the summary')}>Copy as JSON</MenuItem>
            <MenuItem icon="download" onSelect={() => download(`${run.name}-summary.json`, jsonText(run.summary))}>
              Download
            </MenuItem>
          </Menu>
        </span>
      </header>
      {rows.length === 0 && (
        <p className="hint pad">
          Nothing is logged yet. <code>run.log({'{"loss": 0.3}'})</code> fills this.
        </p>
      )}
      {figure && (
        <div className="big">
          <div>
            <div className="f" title={shownExact(figure.value)}>
              {shown(figure.value)}{' '}
              {figure.delta !== null && (
                <small className={SENSE[figure.sense]}>{deltaText(figure.value, figure.base)}</small>
              )}
            </div>
            <div className="who">
              {figure.key}
              {figure.rule && `, ${figure.rule}`}
            </div>
          </div>
          <div className="sp">
            <Spark line={sparks?.get(figure.key)} colour={`var(${colour})`} isArea width={1.6} />
          </div>
        </div>
      )}
      {rows.length > 12 && (
        <div className="cfgbar">
          <TextInput
            className="grow"
            icon="search"
            aria-label="Find a metric"
            placeholder="Find a metric"
            value={words}
            onChange={event => setWords(event.target.value)}
          />
        </div>
      )}
      <div className={base ? 'summary-rows' : 'summary-rows alone'}>
        {found.slice(0, most).map(row => (
          <Row key={`${row.key}/${row.rule}`} row={row} line={sparks?.get(row.key)} />
        ))}
        {found.length === 0 && rows.length > (figure ? 1 : 0) && (
          <p className="hint pad">No metric is called “{words}”.</p>
        )}
        {found.length > most && (
          <button type="button" className="btn sm more" onClick={() => setMost(most * 5)}>
            Show more of {found.length}
          </button>
        )}
      </div>
    </section>
  )
}

function Row({ row, line }: { row: SummaryRow; line: { x: ArrayLike<number>; y: ArrayLike<number> } | undefined }) {
  return (
    <div className="r">
      <span className="k cut" title={row.key}>
        {row.key}
        {row.rule && <span className="t3"> {row.rule}</span>}
      </span>
      <span className="sp">
        <Spark line={line} />
      </span>
      <span className="v cut" title={shownExact(row.value)}>
        {shown(row.value, VALUE_SIGNS)}
      </span>
      <span className={`d ${SENSE[row.sense]}`}>
        {row.delta === null ? <Fragment /> : deltaText(row.value, row.base)}
      </span>
    </div>
  )
}

/** So many signs have room in a row; of a number that is longer, the power of ten is said rather than its beginning. */
const VALUE_SIGNS = 9

function shown(value: unknown, most = Number.POSITIVE_INFINITY): string {
  if (typeof value === 'number') {
    const text = formatValue(value)
    return text.length > most && Math.abs(value) >= 1e5 ? formatPower(value) : text
  }
  if (value instanceof ExactInteger) {
    const text = formatDigits(value.toString())
    return text.length > most ? formatPower(Number(value.toString())) : text
  }
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const shownExact = (value: unknown): string => (typeof value === 'number' ? formatExact(value) : shown(value))
