/** Settings of one panel: its kind's Editor in tabs, what it inherits in grey, and how far a change reaches. */

import { useState } from 'react'
import type { Column } from '../../data/project'
import { kindOf, type Panel, titleOf } from '../../panels/registry'
import { definedAxis, type MetricAxes } from '../../panels/axes'
import type { Settings } from '../../panels/schema'
import { originsOf, resolveSettings, withSettings } from '../../panels/settings'
import { SettingsFields } from '../../panels/SettingsFields'
import { Button, IconButton } from '../../ui/Button'
import { Segmented } from '../../ui/controls'
import { Field, Fields, TextField } from '../../ui/form'
import { Message } from '../../ui/states'
import { useDesk } from './desk'
import { applyFields, changePanel, resetSettings, type Scope } from './edits'
import { inheritedLayers, ownSettings } from './panelSettings'
import type { Built } from './sections'
import { SideDrawer } from './SideDrawer'
import { undoEdit } from './undo'
import { usePageState } from './usePage'

/** So many panels a change may be written to one by one. */
const ALL_MAX = 1000

export function PanelDrawer({
  id,
  built,
  own,
  columns,
  axes,
}: {
  id: string
  built: Built
  own: Settings | undefined
  columns: readonly Column[]
  axes: MetricAxes
}) {
  const desk = useDesk()
  const kpis = usePageState(desk, state => state.spec.kpis)
  const panel = built.byId.get(id) ?? kpis?.find(kpi => kpi.id === id)
  const section = built.placeOf.get(id)
  const [scope, setScope] = useState<Scope>('panel')
  // What was set since the drawer opened: a wider scope takes it along.
  const [session, setSession] = useState<Record<string, unknown>>({})
  const kind = panel && kindOf(panel)
  const [tab, setTab] = useState(kind?.tabs?.[0] ?? '')
  const close = (): void => desk.ui.setState({ drawer: null })
  if (!panel) {
    return (
      <SideDrawer title="Panel" onClose={close}>
        <Message icon="chart" title="This panel is gone">
          <span>It was removed. Undo brings it back.</span>
        </Message>
      </SideDrawer>
    )
  }
  const title = titleOf(panel)
  const layers = inheritedLayers(own, section, definedAxis(panel, axes))
  const inherited = resolveSettings(layers.map(layer => layer.settings))
  const change = (fields: Record<string, unknown>, options?: { replace?: boolean }): void => {
    setSession(before => ({ ...before, ...fields }))
    desk.edit(`settings of ${title}`, spec => applyFields(spec, built, id, fields, scope), options)
  }
  const widen = (next: Scope): void => {
    setScope(next)
    if (next !== 'panel' && Object.keys(session).length > 0) {
      desk.edit(`settings of ${title} for ${next === 'section' ? 'its section' : 'all'}`, spec =>
        applyFields(spec, built, id, session, next),
      )
    }
  }
  const many = next(built, id, 'all').length > ALL_MAX
  return (
    <SideDrawer
      title={title}
      onClose={close}
      head={<IconButton small icon="undo" label="Undo" keys="mod+z" onClick={() => undoEdit(desk)} />}
      tabs={
        kind?.tabs && (
          <div className="tabs" role="tablist" aria-label={`Settings of ${title}`}>
            {kind.tabs.map(name => (
              <button key={name} type="button" role="tab" aria-selected={tab === name} onClick={() => setTab(name)}>
                {name}
              </button>
            ))}
          </div>
        )
      }
      foot={
        <>
          <span className="small t3">Apply to</span>
          <Segmented
            small
            label="Apply to"
            value={scope}
            options={[
              { value: 'panel', label: 'Panel' },
              { value: 'section', label: 'Section' },
              { value: 'all', label: 'All' },
            ]}
            onChange={widen}
          />
          {many && scope === 'all' && <span className="hint">many panels: this takes a moment</span>}
          <Button
            kind="ghost"
            small
            className="right"
            onClick={() => {
              setSession({})
              desk.edit(`reset settings of ${title}`, spec => resetSettings(spec, built, id, scope))
            }}
          >
            Reset
          </Button>
        </>
      }
    >
      {(tab === '' || tab === kind?.tabs?.[0]) && (
        <Fields>
          <Field label="Title" isWide>
            <TextField
              label="Title"
              value={panel.title ?? ''}
              placeholder={titleOf(withoutTitle(panel))}
              onChange={text =>
                desk.edit(`rename ${title}`, spec => changePanel(spec, built, id, { title: text || undefined }))
              }
            />
          </Field>
        </Fields>
      )}
      {kind?.Editor ? (
        <kind.Editor
          panel={panel}
          tab={tab}
          inherited={inherited}
          origins={originsOf(layers)}
          columns={columns}
          onChange={change}
        />
      ) : (
        kind?.kind === 'line' && (
          <PanelSettingsFields panel={panel} layers={layers} columns={columns} onChange={change} />
        )
      )}
    </SideDrawer>
  )
}

/** The shared settings of a panel whose kind has no editor of its own for them. */
function PanelSettingsFields({
  panel,
  layers,
  columns,
  onChange,
}: {
  panel: Panel
  layers: ReturnType<typeof inheritedLayers>
  columns: readonly Column[]
  onChange: (fields: Record<string, unknown>, options?: { replace?: boolean }) => void
}) {
  const value = ownSettings(panel)
  const props = {
    value,
    inherited: resolveSettings(layers.map(layer => layer.settings)),
    origins: originsOf(layers),
    columns,
    onChange: (changes: Parameters<typeof withSettings>[1], options?: { replace?: boolean }) =>
      onChange({ settings: withSettings(value, changes) }, options),
  }
  return <SettingsFields {...props} />
}

function withoutTitle(panel: Panel): Panel {
  const { title: _, ...rest } = panel
  return rest
}

function next(built: Built, id: string, scope: Scope): readonly Panel[] {
  if (scope === 'panel') return []
  return scope === 'section' ? (built.placeOf.get(id)?.panels ?? []) : built.panels
}
