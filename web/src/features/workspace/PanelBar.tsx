/** The bar over the panels: finding them, what holds for all of them, taking back, adding. */

import { useState } from 'react'
import { Button, IconButton } from '../../ui/Button'
import { Slider } from '../../ui/controls'
import { FieldsTitle } from '../../ui/form'
import { Icon } from '../../ui/icons'
import { Popover } from '../../ui/Popover'
import { Tip } from '../../ui/Tip'
import type { PanelSettings } from '../../panels/context'
import type { Column } from '../../data/project'
import type { Settings } from '../../panels/schema'
import { originsOf, WEIGHTED } from '../../panels/settings'
import { METHOD_NAMES, PointFields, SMOOTHING_NAMES, SmoothingFields } from '../../panels/SettingsFields'
import { withChanges, zoomTo } from './actions'
import { AxisMenu } from './AxisMenu'
import { type Desk, useDesk } from './desk'
import { setPageSettings } from './edits'
import type { PanelSearch } from './sections'
import { SearchInput } from './SearchInput'
import { redoEdit, undoEdit } from './undo'
import { usePageState } from './usePage'

export function PanelBar({
  settings,
  own,
  search,
  metrics,
  columns,
}: {
  settings: PanelSettings
  /** What the page says itself. */
  own: Settings | undefined
  search: PanelSearch
  metrics: readonly string[]
  columns: readonly Column[]
}) {
  const desk = useDesk()
  const { store } = desk
  const words = usePageState(desk, state => state.look.panels)
  const isRegex = usePageState(desk, state => state.look.re ?? false)
  const fields = {
    value: own,
    inherited: settings,
    origins: originsOf([]),
    columns,
    onChange: (changes: Parameters<typeof setPageSettings>[1], options?: { replace?: boolean }) =>
      desk.edit('settings of the page', spec => setPageSettings(spec, changes), options),
  }
  const [low, high] = settings.outliers
  const isAll = low === 0 && high === 100
  return (
    <div className="pbar">
      <SearchInput
        className="find-panels"
        label="Find panels"
        placeholder="Find panels"
        keys="p"
        value={words ?? ''}
        {...('error' in search ? { error: search.error } : {})}
        onChange={text => store.look(look => withChanges(look, { panels: text || undefined }), { replace: true })}
      />
      <IconButton
        icon="regex"
        className="find-panels"
        label={isRegex ? 'Find panels by words' : 'Find panels by regular expression'}
        aria-pressed={isRegex}
        onClick={() => store.look(look => withChanges(look, { re: look.re ? undefined : true }))}
      />
      <AxisMenu
        axis={own?.x}
        hasDefined={settings.axes.size > 0}
        scale={settings.x_scale}
        metrics={metrics}
        onChange={x => store.change(view => withChanges(view, { x, zoom: undefined }))}
        onScale={scale =>
          desk.edit('x scale', spec => setPageSettings(spec, { x_scale: scale === 'linear' ? undefined : scale }))
        }
      />
      <Smoothing settings={settings} desk={desk} fields={fields} />
      <Popover
        label="Outliers and points"
        className="set-pop"
        trigger={
          <button type="button" className="set">
            Outliers <b>{isAll ? 'all' : `${low}–${high} %`}</b>
            {(settings.method !== 'envelope' || settings.buckets > 0) && (
              <span className="pill">
                {settings.method === 'envelope' ? '' : METHOD_NAMES[settings.method]}
                {settings.buckets > 0 ? ` ${settings.buckets}` : ''}
              </span>
            )}
          </button>
        }
      >
        <FieldsTitle>What is drawn in every panel</FieldsTitle>
        <PointFields {...fields} />
      </Popover>
      {settings.zoom && (
        <button type="button" className="set on" onClick={() => store.change(view => zoomTo(view, null))}>
          <Icon name="fit" size={13} /> Reset zoom
        </button>
      )}
      <span className="right row pbar-end">
        <UndoButtons desk={desk} />
        <IconButton
          icon="settings"
          label="Settings of all panels"
          onClick={() => desk.ui.setState({ drawer: { of: 'page' } })}
        />
        <Tip text="Add panel" keys="a">
          <Button icon="plus" onClick={() => desk.ui.setState({ adding: { section: null } })}>
            Add panel
          </Button>
        </Tip>
      </span>
    </div>
  )
}

function UndoButtons({ desk }: { desk: Desk }) {
  const done = usePageState(desk, state => state.history.done.at(-1)?.label)
  const undone = usePageState(desk, state => state.history.undone.at(-1)?.label)
  return (
    <>
      <IconButton
        icon="undo"
        label={done === undefined ? 'Nothing to undo' : `Undo: ${done}`}
        keys="mod+z"
        disabled={done === undefined}
        onClick={() => undoEdit(desk)}
      />
      <IconButton
        icon="redo"
        label={undone === undefined ? 'Nothing to redo' : `Redo: ${undone}`}
        keys="mod+shift+z"
        disabled={undone === undefined}
        onClick={() => redoEdit(desk)}
      />
    </>
  )
}

function Smoothing({
  settings,
  desk,
  fields,
}: {
  settings: PanelSettings
  desk: Desk
  fields: Parameters<typeof SmoothingFields>[0]
}) {
  const { smoothing_kind: kind, smoothing } = settings
  const [dragged, setDragged] = useState<number | null>(null)
  const [isDragging, setDragging] = useState(false)
  const shown = dragged ?? smoothing
  const isWeight = WEIGHTED.has(kind) || kind === 'none'
  return (
    <span className="set smoothing">
      <Popover
        label="Smoothing"
        className="set-pop"
        trigger={
          <button type="button" className="set-name" title={SMOOTHING_NAMES[kind]}>
            Smoothing
            {kind !== 'time_ema' && kind !== 'none' && <span className="pill">{SMOOTHING_NAMES[kind]}</span>}
          </button>
        }
      >
        <FieldsTitle>Smoothing of every panel</FieldsTitle>
        <SmoothingFields {...fields} />
      </Popover>
      {isWeight && (
        <Slider
          label="Smoothing"
          value={shown}
          max={0.99}
          onChange={next => {
            setDragged(next)
            const smooth = next > 0 ? next : undefined
            desk.edit(
              'smoothing',
              spec =>
                setPageSettings(spec, {
                  smoothing:
                    smooth === undefined
                      ? undefined
                      : { ...(kind === 'ema' ? { kind } : {}), strength: Math.round(smooth * 1000) / 1000 },
                }),
              { replace: isDragging },
            )
            setDragging(true)
          }}
          onCommit={() => {
            setDragging(false)
            setDragged(null)
          }}
        />
      )}
      <b>{isWeight ? shown.toFixed(2) : smoothing}</b>
    </span>
  )
}
