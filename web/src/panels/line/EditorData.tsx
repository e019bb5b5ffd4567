/** Which metrics a line panel draws, and how its runs become groups. */

import { useMemo } from 'react'
import type { Column } from '../../data/project'
import { ChipsInput, Field, Fields, FieldsTitle, NumberInput, Select, Toggle } from '../../ui/form'
import { useRunSet } from '../context'
import type { PanelEditorProps } from '../registry'
import { metricOptions } from '../SettingsFields'
import type { Band, Grouping, Y } from '../schema'
import { choices, type Choices } from './EditorParts'
import { BAND_NAMES, channelOf, groupsOf, keyTitle, type LinePanel, nameOf } from './schema'

type OnChange = PanelEditorProps<LinePanel>['onChange']

const MIDDLES: Choices<NonNullable<Grouping['middle']>> = {
  mean: 'Mean',
  median: 'Median',
  min: 'Lowest',
  max: 'Highest',
}
const BANDS: Choices<Band> = {
  ...BAND_NAMES,
  none: 'No band',
  ci95_t: '± CI 95 (t)',
  ci95_bootstrap: 'CI 95 (bootstrap)',
}
const ENDED: Choices<'drop' | 'hold'> = { drop: 'No longer count', hold: 'Keep their last value' }

export function DataFields({
  panel,
  columns,
  onChange,
}: {
  panel: LinePanel
  columns: readonly Column[]
  onChange: OnChange
}) {
  const channel = channelOf(panel)
  const options = useMemo(
    () =>
      channel === 'system'
        ? columns.filter(column => column.section === 'system').map(({ key }) => ({ key }))
        : metricOptions(columns),
    [columns, channel],
  )
  const set = (y: Y[]): void => onChange({ y })
  return (
    <>
      <Field label="Metrics" isWide help="A key, /a regular expression/ over keys, or an expression with ${key}.">
        <ChipsInput
          label="Add a metric"
          placeholder="Key, /regex/ or expression"
          values={panel.y.map(textOf)}
          titleOf={text => nameOf(panel.y.find(y => textOf(y) === text) ?? yOf(text))}
          options={options}
          onAdd={(text, isKey) => set([...panel.y, isKey ? { metric: text } : yOf(text)])}
          onRemove={text => set(panel.y.filter(y => textOf(y) !== text))}
        />
      </Field>
      {panel.y.length > 1 && (
        <Fields>
          {panel.y.map((y, i) => (
            <Field key={textOf(y)} label={nameOf(y)}>
              <Select
                label={`Axis of ${nameOf(y)}`}
                value={y.side ?? 'left'}
                options={[
                  { value: 'left', label: 'Left axis' },
                  { value: 'right', label: 'Right axis' },
                ]}
                onChange={side => set(panel.y.map((other, k) => (k === i ? withSide(other, side) : other)))}
              />
            </Field>
          ))}
        </Fields>
      )}
      {channel === 'history' && <GroupFields panel={panel} columns={columns} onChange={onChange} />}
    </>
  )
}

function withSide(y: Y, side: 'left' | 'right'): Y {
  const { side: _, ...rest } = y
  return side === 'left' ? rest : { ...rest, side }
}

/** As the chips hold it: what kind it is shows in how it is written. */
export const textOf = (y: Y): string => y.metric || y.expression || (y.pattern ? `/${y.pattern}/` : '')

/** What somebody typed that is no known key. */
export function yOf(text: string): Y {
  if (text.includes('${')) return { expression: text }
  const pattern = /^\/(.*)\/$/.exec(text)?.[1]
  if (pattern) return { pattern }
  return /[*+?()[\]|^$\\]/.test(text) ? { pattern: text } : { metric: text }
}

const AS_LIST = 'list'
const NOT = 'not'

function GroupFields({
  panel,
  columns,
  onChange,
}: {
  panel: LinePanel
  columns: readonly Column[]
  onChange: OnChange
}) {
  const runSet = useRunSet()
  const groups = groupsOf(panel, runSet.group)
  const own = panel.grouping?.keys ?? []
  const options = useMemo(() => {
    const keys = columns
      .filter(column => column.section === 'config')
      .map(({ key }) => (key.startsWith('config.') ? key : `config.${key}`))
    return [...new Set(['group', 'job_type', 'state', 'user', ...keys])].map(key => ({ key }))
  }, [columns])
  const set = (changes: Partial<Grouping>): void =>
    onChange({ grouping: { ...panel.grouping, ...changes }, is_grouped: true })
  const mode = panel.is_grouped === false ? NOT : own.length > 0 ? 'own' : AS_LIST
  const listed = runSet.group.length > 0 ? runSet.group.map(keyTitle).join(', ') : 'not grouped'
  return (
    <>
      <FieldsTitle>Groups</FieldsTitle>
      <Fields>
        <Field label="Group runs">
          <Select
            label="Group runs"
            value={mode}
            options={[
              { value: AS_LIST, label: `As the run list: ${listed}` },
              { value: NOT, label: 'One line a run' },
              { value: 'own', label: 'By keys of its own' },
            ]}
            onChange={next => {
              if (next === NOT) onChange({ is_grouped: false })
              else if (next === AS_LIST)
                onChange({ is_grouped: undefined, grouping: panel.grouping && { ...panel.grouping, keys: undefined } })
              else
                onChange({ is_grouped: true, grouping: { ...panel.grouping, keys: own.length > 0 ? own : ['group'] } })
            }}
          />
        </Field>
        {mode === 'own' && (
          <Field label="Keys" isWide>
            <ChipsInput
              label="Add a key to group by"
              placeholder="config.optimizer"
              values={own}
              titleOf={keyTitle}
              options={options}
              onAdd={key => set({ keys: [...own, key] })}
              onRemove={key => {
                const rest = own.filter(other => other !== key)
                if (rest.length > 0) set({ keys: rest })
                else onChange({ is_grouped: false, grouping: { ...panel.grouping, keys: undefined } })
              }}
            />
          </Field>
        )}
        {groups && (
          <>
            <Field label="Show">
              <Select
                label="Middle of a group"
                value={groups.middle}
                options={choices(MIDDLES)}
                onChange={middle => set({ middle })}
              />
              <Select
                label="Band of a group"
                value={groups.band}
                options={choices(BANDS)}
                onChange={band => set({ band })}
              />
            </Field>
            {groups.band === 'quantile' && (
              <Field label="Quantiles">
                <NumberInput
                  label="Lower quantile"
                  value={groups.quantiles[0] * 100}
                  min={0}
                  max={groups.quantiles[1] * 100 - 1}
                  unit="%"
                  onChange={low => low !== null && set({ quantiles: [low / 100, groups.quantiles[1]] })}
                />
                <span className="t3">to</span>
                <NumberInput
                  label="Upper quantile"
                  value={groups.quantiles[1] * 100}
                  min={groups.quantiles[0] * 100 + 1}
                  max={100}
                  unit="%"
                  onChange={high => high !== null && set({ quantiles: [groups.quantiles[0], high / 100] })}
                />
              </Field>
            )}
            <Field label="Ended runs">
              <Select
                label="What runs that ended count for"
                value={groups.ended}
                options={choices(ENDED)}
                onChange={ended => set({ ended })}
              />
            </Field>
            <Field label="Members">
              <Toggle
                label="Runs of the group behind it"
                isOn={groups.hasMembers}
                onChange={has_members => set({ has_members })}
              />
            </Field>
          </>
        )}
      </Fields>
    </>
  )
}
