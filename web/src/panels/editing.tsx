/** Rows that the settings of several kinds share: a key or an expression, several keys, directions. */

import { useMemo } from 'react'
import { ChipsInput, Field, KeyPicker, type KeyOption, Select, TextField } from '../ui/form'
import { useRunColumns } from './columns'
import { keyTitle, metricKey } from './keys'
import type { Goal, Scale } from './schema'

const FIELDS = ['created_at', 'duration_s', 'last_step', 'ordinal', 'state', 'user', 'group', 'job_type', 'host']
const AGGREGATES = ['last', 'min', 'max', 'mean'] as const

/** Every key a run may have, those with numbers of metrics in each of their aggregates. */
export function useKeyOptions(what: 'all' | 'config' | 'metrics' = 'all'): readonly KeyOption[] {
  const columns = useRunColumns(true)
  return useMemo(() => {
    const found: KeyOption[] = []
    for (const { section, key } of columns ?? []) {
      if (section === 'config' && what !== 'metrics')
        found.push({ key: key.startsWith('config.') ? key : `config.${key}`, hint: 'config' })
      else if (section === 'summary' && what === 'all')
        found.push({ key: key.startsWith('summary.') ? key : `summary.${key}`, hint: 'summary' })
      else if (section === 'metric' && what === 'metrics') found.push({ key, hint: 'metric' })
      else if (section === 'metric' && what === 'all')
        for (const aggregate of AGGREGATES) found.push({ key: metricKey(key, aggregate), hint: 'metric' })
    }
    if (what === 'all') for (const key of FIELDS) found.push({ key, hint: 'run' })
    return found
  }, [columns, what])
}

/** A key of runs; an expression over keys is typed below it. */
export function KeyField({
  label,
  value,
  onChange,
  none,
  isPlain,
}: {
  label: string
  value: string
  onChange: (key: string | undefined) => void
  none?: string
  /** No expression. */
  isPlain?: boolean
}) {
  const options = useKeyOptions()
  const isExpression = value.startsWith('=')
  return (
    <Field label={label} isWide>
      <KeyPicker
        label={label}
        value={isExpression ? '' : value}
        options={options}
        onChange={key => onChange(key || undefined)}
        none={none ?? (isExpression ? 'an expression' : 'choose a key')}
      />
      {!isPlain && (
        <TextField
          label={`${label} as an expression`}
          placeholder={'or = ${config.a} / ${summary.b}'}
          isMono
          value={isExpression ? value : ''}
          onChange={text => {
            if (text === '') onChange(undefined)
            else onChange(text.startsWith('=') ? text : `=${text}`)
          }}
        />
      )}
    </Field>
  )
}

export function KeysField({
  label,
  values,
  onChange,
  placeholder,
  what = 'all',
}: {
  label: string
  values: readonly string[]
  onChange: (keys: string[] | undefined) => void
  placeholder: string
  what?: 'all' | 'config'
}) {
  const options = useKeyOptions(what)
  return (
    <Field label={label} isWide>
      <ChipsInput
        label={label}
        values={values}
        options={options}
        placeholder={placeholder}
        titleOf={keyTitle}
        onAdd={key => onChange([...values, key])}
        onRemove={key => {
          const left = values.filter(one => one !== key)
          onChange(left.length > 0 ? left : undefined)
        }}
      />
    </Field>
  )
}

export function MetricField({
  label,
  value,
  onChange,
}: {
  label: string
  value: string
  onChange: (metric: string | undefined) => void
}) {
  const options = useKeyOptions('metrics')
  return (
    <Field label={label} isWide>
      <KeyPicker
        label={label}
        value={value}
        options={options}
        none="chosen by itself"
        onChange={key => onChange(key || undefined)}
      />
    </Field>
  )
}

export function GoalField({
  label,
  value,
  onChange,
}: {
  label: string
  value: Goal
  onChange: (goal: Goal | undefined) => void
}) {
  return (
    <Field label={label}>
      <Select
        label={label}
        value={value}
        options={[
          { value: '', label: 'As the metric’s goal' },
          { value: 'minimize', label: 'Lower is better' },
          { value: 'maximize', label: 'Higher is better' },
        ]}
        onChange={goal => onChange(goal || undefined)}
      />
    </Field>
  )
}

export function ScaleField({
  label,
  value,
  onChange,
}: {
  label: string
  value: Scale
  onChange: (scale: Scale | undefined) => void
}) {
  return (
    <Field label={label}>
      <Select
        label={label}
        value={value}
        options={[
          { value: 'linear', label: 'Linear' },
          { value: 'log', label: 'Logarithmic' },
          { value: 'symlog', label: 'Symmetric log' },
        ]}
        onChange={scale => onChange(scale === 'linear' ? undefined : scale)}
      />
    </Field>
  )
}
