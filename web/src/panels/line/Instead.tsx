/** What stands in a line panel's chart's place while it has nothing to show: loading, nothing there, or what is wrong and the fix. */

import { useSyncExternalStore } from 'react'
import { formatCount } from '../../charts/number'
import { type KnownKey, type MetricKeys, metricKeys, nearestKey } from '../../data/keys'
import { Button } from '../../ui/Button'
import { failureOf } from '../../ui/failure'
import { Icon } from '../../ui/icons'
import { FailureMessage, useSkeleton } from '../../ui/states'
import { usePanelServices, useRunSet } from '../context'
import type { PanelIntents } from '../registry'
import type { LineStatus } from './controller'
import { faultOf, withFix } from './faults'
import { channelOf, groupsOf, keysIn, keysOf, lineTitle, type LinePanel } from './schema'

export function Instead({
  status,
  error,
  panel,
  runCount,
  intents,
  onRetry,
}: {
  status: LineStatus
  error: unknown
  panel: LinePanel
  runCount: number
  intents: PanelIntents
  onRetry: () => void
}) {
  const isSkeleton = useSkeleton(status === 'waiting')
  if (isSkeleton) return <div className="chart-instead skel-chart" aria-hidden="true" />
  if (status === 'empty') return <Empty panel={panel} runCount={runCount} intents={intents} />
  if (status !== 'failed') return null
  const fault = faultOf(error, panel)
  if (fault)
    return (
      <Fault
        text={fault.expression}
        at={fault.at}
        length={fault.length}
        told={fault.detail}
        fix={
          fault.fix ? { label: `Use ${fault.fixName}`, perform: () => intents.onChange(withFix(panel, fault)) } : null
        }
        onEdit={intents.onEdit}
      />
    )
  return (
    <div className="chart-instead">
      <FailureMessage failure={failureOf(error, `${lineTitle(panel)} could not be read`)} onRetry={onRetry} />
    </div>
  )
}

function useKeys(panel: LinePanel): readonly KnownKey[] {
  const services = usePanelServices()
  const book: MetricKeys = metricKeys(services, channelOf(panel) === 'system' ? 'system' : 'metric')
  useSyncExternalStore(
    listener => book.subscribe(listener),
    () => (book.isRead ? book.names.length : -1),
  )
  return book.all
}

/** Nothing of what was asked for is in any drawn run: why, and what is nearly it. */
function Empty({ panel, runCount, intents }: { panel: LinePanel; runCount: number; intents: PanelIntents }) {
  // Only finite values count in a group: one whose runs logged nothing else has a metric and no line.
  const isGrouped = groupsOf(panel, useRunSet().group) !== null
  const known = useKeys(panel)
  const names = new Set(known.map(key => key.name))
  const { keys, faults } = keysOf(panel, [...names])
  if (panel.y.length === 0) {
    return (
      <div className="chart-instead">
        <span className="hint">
          No metric is chosen yet.
          <Button small onClick={intents.onEdit}>
            Choose metrics
          </Button>
        </span>
      </div>
    )
  }
  const [bad] = faults
  if (bad)
    return (
      <Fault
        text={bad.pattern}
        at={null}
        length={0}
        told={bad.error}
        fix={null}
        onEdit={intents.onEdit}
        what="pattern"
      />
    )
  for (const { key } of keys) {
    const isExpression = key.startsWith('=')
    const expression = isExpression ? key.slice(1) : key
    const wanted = isExpression ? keysIn(expression) : [{ key: expression, at: 0 }]
    const missing = wanted.find(one => known.length > 0 && !one.key.startsWith('config.') && !names.has(one.key))
    if (!missing) continue
    const near = nearestKey(known, missing.key)
    const fixed =
      near && expression.slice(0, missing.at) + near.name + expression.slice(missing.at + missing.key.length)
    const change = (): void =>
      intents.onChange({
        y: panel.y.map(y =>
          isExpression
            ? y.expression === expression
              ? { ...y, expression: fixed }
              : y
            : y.metric === key
              ? { ...y, metric: fixed }
              : y,
        ),
      })
    return (
      <Fault
        text={expression}
        at={missing.at}
        length={missing.key.length}
        told={
          <>
            <b className="b">No run has the key {missing.key}.</b>
            {near && (
              <>
                {' '}
                The nearest is {near.name}, in {formatCount(near.runCount)} {near.runCount === 1 ? 'run' : 'runs'}.
              </>
            )}
          </>
        }
        fix={near ? { label: `Use ${near.name}`, perform: change } : null}
        onEdit={intents.onEdit}
        what={isExpression ? 'expression' : 'metrics'}
      />
    )
  }
  return (
    <div className="chart-instead">
      <span className="hint">
        <Icon name="eye-off" size={14} />{' '}
        {runCount === 0
          ? 'No run is drawn. Show one in the list, or widen its filter.'
          : isGrouped
            ? `No drawn group has a finite value of ${lineTitle(panel)} here`
            : `No drawn run has ${lineTitle(panel)} here`}
      </span>
    </div>
  )
}

/** A text with its fault underlined, what is wrong, and the offered fix. */
function Fault({
  text,
  at,
  length,
  told,
  fix,
  onEdit,
  what = 'expression',
}: {
  text: string
  /** Null: no one place of it. */
  at: number | null
  length: number
  told: React.ReactNode
  fix: { label: string; perform: () => void } | null
  onEdit: () => void
  what?: string
}) {
  const end = at === null ? 0 : Math.min(text.length, at + Math.max(1, length))
  return (
    <div className="chart-instead fault">
      <div className="codebox">
        {at === null ? (
          text
        ) : (
          <>
            {text.slice(0, at)}
            <span className="err">{text.slice(at, end) || ' '}</span>
            {text.slice(end)}
            {`\n${' '.repeat(at)}`}
            <span className="caret">↑ character {at + 1}</span>
          </>
        )}
      </div>
      <div className="fault-told" role="alert">
        <Icon name="error" size={16} />
        <span>{told}</span>
      </div>
      <div className="acts">
        {fix && <Button onClick={fix.perform}>{fix.label}</Button>}
        <Button kind="ghost" onClick={onEdit}>
          Edit {what}
        </Button>
      </div>
    </div>
  )
}
