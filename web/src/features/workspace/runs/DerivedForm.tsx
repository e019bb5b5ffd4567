/** A column that an expression makes of each run's values. The server reads it as one types, and says where it does not read. */

import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { ApiError } from '../../../data/client'
import { Button } from '../../../ui/Button'
import { Field } from '../../../ui/controls'
import type { DerivedColumn, RunSet } from '../runSet'
import type { Session } from '../session'
import { formatValue } from '../../../charts/number'

export function DerivedForm({
  session,
  set,
  column,
  onDone,
  onCancel,
  onRemove,
}: {
  session: Session
  set: RunSet
  column: DerivedColumn | null
  onDone: (column: DerivedColumn) => void
  onCancel: () => void
  onRemove: () => void
}) {
  const [name, setName] = useState(column?.name ?? '')
  const [expression, setExpression] = useState(column?.expression ?? '')
  const asked = useDeferredValue(expression.trim())
  const trial = useQuery({
    queryKey: ['derived', session.api.path, asked],
    queryFn: ({ signal }) =>
      session.runs.query(
        {
          derived: [{ name: 'trial', expression: asked }],
          columns: ['derived.trial'],
          sort: [{ key: 'derived.trial', descending: true }],
          limit: 1,
        },
        signal,
      ),
    enabled: asked !== '',
    retry: false,
  })
  const isTaken = name !== column?.name && (set.derived ?? []).some(other => other.name === name.trim())
  const fault = trial.error ? faultText(trial.error) : undefined
  const value = trial.data?.runs[0]?.values?.['derived.trial']
  const isWhole = name.trim() !== '' && asked !== '' && !isTaken && !fault
  return (
    <form
      className="derived"
      onSubmit={event => {
        event.preventDefault()
        if (isWhole) onDone({ name: name.trim(), expression: expression.trim() })
      }}
    >
      <Field
        label="Name"
        value={name}
        autoFocus
        onChange={event => setName(event.target.value)}
        error={isTaken ? 'Another column has this name.' : undefined}
      />
      <Field
        label="Expression"
        className="mono"
        placeholder="${config.lr} * ${config.batch}"
        value={expression}
        onChange={event => setExpression(event.target.value)}
        error={fault?.text}
        help={
          value === undefined
            ? 'Keys stand in ${}: ${config.lr}, ${summary.loss}, ${metrics.loss.min}.'
            : `Greatest: ${typeof value === 'number' ? formatValue(value) : JSON.stringify(value)}`
        }
      />
      {fault?.at !== undefined && (
        <code className="filter-fault-line">
          {expression.slice(0, fault.at)}
          <mark>{expression.slice(fault.at, fault.at + 1) || '\u00a0'}</mark>
          {expression.slice(fault.at + 1)}
        </code>
      )}
      <div className="derived-f">
        {column && (
          <Button kind="danger" small onClick={onRemove}>
            Remove
          </Button>
        )}
        <span className="right" />
        <Button kind="ghost" small onClick={onCancel}>
          Cancel
        </Button>
        <Button small type="submit" disabled={!isWhole}>
          {column ? 'Change' : 'Add'}
        </Button>
      </div>
    </form>
  )
}

function faultText(error: unknown): { text: string; at?: number } {
  if (!(error instanceof ApiError)) return { text: String(error) }
  const { at, detail, hint } = error.fields as { at?: number; detail?: string; hint?: string }
  const text = [detail ?? error.detail, hint].filter(Boolean).join('. ')
  return at === undefined ? { text } : { text: `Character ${at + 1}: ${text}`, at }
}
