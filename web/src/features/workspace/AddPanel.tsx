/** Adding panels: which kind, of which metrics, where; with a look at what it will be. */

import { type KeyboardEvent, type ReactNode, useMemo, useState } from 'react'
import type { Column } from '../../data/project'
import type { DrawnRun, PanelSettings } from '../../panels/context'
import { type Panel, type PanelIntents, type PanelKind, panelKinds } from '../../panels/registry'
import type { LinePanel } from '../../panels/schema'
import { Button, IconButton } from '../../ui/Button'
import { Segmented } from '../../ui/controls'
import { Dialog } from '../../ui/Dialog'
import { Field, Fields, KeyList, keyMatch, Select } from '../../ui/form'
import { plural } from '../../ui/format'
import { Icon } from '../../ui/icons'
import { Message } from '../../ui/states'
import { useDesk, type DeskState } from './desk'
import { addKpi, addPanels, addSection } from './edits'
import { type Built, flatSections, isNumeric } from './sections'
import { KPIS_MAX } from './view'
import { usePageState } from './usePage'

/** How many metrics of one line panel are a picture and not a wall. */
const CHOSEN_MAX = 200
const NEW = '+'

type Many = 'each' | 'one'

/** Arrows choose as they go, as in every list of which one is chosen. */
function walkOptions(event: KeyboardEvent<HTMLElement>): void {
  const options = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=option]')]
  const at = options.indexOf(document.activeElement as HTMLElement)
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: options.length - 1 }[event.key]
  const option = to === undefined ? undefined : options[Math.min(Math.max(to, 0), options.length - 1)]
  if (!option) return
  event.preventDefault()
  option.focus()
  option.click()
}

export default function AddPanel({
  adding,
  columns,
  runs,
  settings,
  built,
}: {
  adding: NonNullable<DeskState['adding']>
  columns: readonly Column[]
  runs: readonly DrawnRun[]
  settings: PanelSettings
  built: Built
}) {
  const desk = useDesk()
  const kinds = panelKinds()
  const [name, setName] = useState(adding.kind ?? kinds[0]?.kind ?? 'line')
  // Who walks through the kinds stays among them; who came for curves begins to type.
  const [isChosen, setChosen] = useState(false)
  const kind = kinds.find(known => known.kind === name) ?? kinds[0]
  const own = flatSections(built.sections).filter(section => section.isOwn)
  const [place, setPlace] = useState(adding.section ?? own[0]?.id ?? NEW)
  const kpiCount = usePageState(desk, state => state.spec.kpis?.length ?? 0)
  const close = (): void => desk.ui.setState({ adding: null })
  const put = (label: string, panels: readonly Panel[], pattern?: { title: string; pattern: string }): void => {
    desk.edit(label, spec => {
      if (pattern) return addSection(spec, pattern.title, { fields: { pattern: pattern.pattern } })[0]
      const [next, to] = place === NEW ? addSection(spec, 'My panels') : [spec, place]
      return addPanels(next, to, panels)[0]
    })
    close()
  }
  const where = (
    <Fields>
      <Field label="Section">
        <Select
          label="Section"
          value={place}
          options={[
            ...own.map(section => ({ value: section.id, label: section.title || 'Untitled' })),
            { value: NEW, label: own.length === 0 ? 'My panels (new)' : 'New section' },
          ]}
          onChange={setPlace}
        />
      </Field>
    </Fields>
  )
  return (
    <Dialog isOpen onClose={close} title="Add panel" className="add-panel" isTitleHidden>
      <div className="add-h">
        <h2 className="grow" aria-hidden="true">
          Add panel
        </h2>
        <IconButton icon="close" label="Close" keys="escape" onClick={close} />
      </div>
      <div className="add-b">
        <div className="add-kinds" role="listbox" aria-label="Kind of panel" tabIndex={-1} onKeyDown={walkOptions}>
          {kinds.map(known => (
            <button
              key={known.kind}
              type="button"
              role="option"
              aria-selected={known.kind === kind?.kind}
              tabIndex={known.kind === kind?.kind ? 0 : -1}
              // Not the Close button, which is first: its tip would take the Esc that is meant for the dialog.
              // oxlint-disable-next-line jsx-a11y/no-autofocus
              autoFocus={known.kind === kind?.kind}
              className="menu-i"
              onClick={() => {
                setName(known.kind)
                setChosen(true)
              }}
            >
              <Icon name={known.icon} />
              <span className="add-kind">
                <span className="b">{known.name}</span>
                <span className="hint">{known.about}</span>
              </span>
            </button>
          ))}
        </div>
        <div className="add-main">
          {kind?.kind === 'line' ? (
            <LineAdder {...{ columns, runs, settings, put, where }} isFocused={!isChosen} />
          ) : kind?.kind === 'kpi' ? (
            <KindAdder
              key="kpi"
              {...{ kind, columns, runs, settings }}
              why={kpiCount >= KPIS_MAX ? `There are ${KPIS_MAX} figures already: remove one first.` : undefined}
              onAdd={panel => {
                desk.edit('add figure', spec => addKpi(spec, panel))
                close()
              }}
            />
          ) : kind ? (
            <KindAdder
              key={kind.kind}
              {...{ kind, columns, runs, settings, where }}
              onAdd={panel => put(`add ${kind.name}`, [panel])}
            />
          ) : null}
        </div>
      </div>
    </Dialog>
  )
}

const QUIET: PanelIntents = {
  onFull: () => undefined,
  onZoom: () => undefined,
  onZoomReset: () => undefined,
  onStep: () => undefined,
  onChange: () => undefined,
  onEdit: () => undefined,
  onBrush: () => undefined,
  onOpenRun: () => undefined,
  onDuplicate: () => undefined,
  onRemove: () => undefined,
}

function Preview({
  kind,
  panel,
  runs,
  settings,
}: {
  kind: PanelKind<Panel>
  panel: Panel
  runs: readonly DrawnRun[]
  settings: PanelSettings
}) {
  return (
    // A picture of what will be there: the panel's own keys and buttons come with the panel.
    <div className="add-preview" inert>
      <kind.View panel={panel} runs={runs} settings={settings} isNear isFull={false} intents={QUIET} />
    </div>
  )
}

function KindAdder({
  kind,
  columns,
  runs,
  settings,
  where,
  why,
  onAdd,
}: {
  kind: PanelKind<Panel>
  columns: readonly Column[]
  runs: readonly DrawnRun[]
  settings: PanelSettings
  where?: ReactNode
  /** Given: it cannot be added, and this says why. */
  why?: string | undefined
  onAdd: (panel: Panel) => void
}) {
  const [start, setStart] = useState<Partial<Panel>>({})
  const panel = useMemo(() => ({ ...kind.make('new-panel', columns), ...start }), [kind, columns, start])
  return (
    <>
      <Preview {...{ kind, panel, runs, settings }} />
      {kind.Start && (
        <Fields>
          <kind.Start panel={panel} onChange={fields => setStart(before => ({ ...before, ...fields }))} />
        </Fields>
      )}
      {where}
      <div className="acts row right">
        {why !== undefined && <span className="hint">{why}</span>}
        <Button kind="primary" icon="plus" disabled={why !== undefined} onClick={() => onAdd(panel)}>
          Add {kind.name.toLowerCase()}
        </Button>
      </div>
    </>
  )
}

/** Metrics for lines: chosen one by one, or by a regular expression that later metrics follow too. */
function LineAdder({
  columns,
  runs,
  settings,
  put,
  where,
  isFocused,
}: {
  columns: readonly Column[]
  runs: readonly DrawnRun[]
  settings: PanelSettings
  put: (label: string, panels: readonly Panel[], pattern?: { title: string; pattern: string }) => void
  where: ReactNode
  /** Whether its field has the keyboard first. */
  isFocused: boolean
}) {
  const line = panelKinds().find(known => known.kind === 'line')
  const [typed, setTyped] = useState('')
  const [isRegex, setRegex] = useState(false)
  const [many, setMany] = useState<Many>('each')
  const [chosen, setChosen] = useState<readonly string[]>([])
  const options = useMemo(
    () =>
      columns
        .filter(column => (column.section === 'metric' || column.section === 'system') && isNumeric(column))
        .map(({ key, section }) => ({ key, hint: section === 'system' ? 'system' : '' })),
    [columns],
  )
  const channels = useMemo(() => new Map(columns.map(column => [column.key, column.section])), [columns])
  const matched = useMemo(() => {
    if (!isRegex || typed.trim() === '') return []
    const match = keyMatch(typed, true)
    return 'error' in match ? [] : options.filter(option => match.matches(option.key)).map(option => option.key)
  }, [isRegex, typed, options])
  const keys = isRegex ? matched : chosen
  const toggle = (key: string): void =>
    setChosen(before => (before.includes(key) ? before.filter(other => other !== key) : [...before, key]))
  const panelOf = (metrics: readonly string[]): LinePanel => ({
    kind: 'line',
    id: 'new-panel',
    y: metrics.map(metric => ({ metric })),
    ...(metrics.length > 0 && metrics.every(metric => channels.get(metric) === 'system')
      ? { channel: 'system' as const }
      : {}),
  })
  const pattern = typed.trim()
  const preview: LinePanel | null =
    keys.length === 0
      ? null
      : isRegex && many === 'one'
        ? { kind: 'line', id: 'new-panel', title: pattern, y: [{ pattern }] }
        : panelOf(many === 'one' ? keys : keys.slice(0, 1))
  const add = (): void => {
    if (isRegex && many === 'each') put(`add panels of ${pattern}`, [], { title: pattern, pattern })
    else if (preview && many === 'one') put('add panel', [preview])
    else
      put(
        `add ${plural(keys.length, 'panel')}`,
        keys.map(key => panelOf([key])),
      )
  }
  const isTooMany = !isRegex && keys.length > CHOSEN_MAX
  const what = keys.length === 0 ? 'Add panel' : many === 'one' ? 'Add 1 panel' : `Add ${plural(keys.length, 'panel')}`
  return (
    <>
      <div className="add-line">
        <KeyList
          label="Find metrics"
          isFocused={isFocused}
          placeholder={isRegex ? 'A regular expression, such as ^val/.*loss$' : 'Find metrics'}
          options={options}
          chosen={new Set(keys)}
          typed={typed}
          isRegex={isRegex}
          height={252}
          onTyped={setTyped}
          onChoose={key => !isRegex && toggle(key)}
          none={
            typed.trim() !== '' && !isRegex ? (
              // A project may have more metrics than are listed, or none of this name yet.
              <>
                No listed metric is called so.{' '}
                <button
                  type="button"
                  className="link"
                  onClick={() => {
                    toggle(typed.trim())
                    setTyped('')
                  }}
                >
                  Use “{typed.trim()}” all the same
                </button>
              </>
            ) : (
              'No metric is called so'
            )
          }
          after={
            <IconButton
              small
              icon="regex"
              label={
                isRegex
                  ? 'Choose metrics one by one'
                  : 'Choose by a regular expression; later metrics join by themselves'
              }
              aria-pressed={isRegex}
              onClick={() => setRegex(!isRegex)}
            />
          }
        />
        <div className="add-look">
          {preview && line ? (
            <Preview kind={line} panel={preview} runs={runs} settings={settings} />
          ) : (
            <Message icon="chart" title="Choose a metric">
              <span>What you choose is drawn here before it is added.</span>
            </Message>
          )}
          <div className="row">
            <Segmented
              small
              label="How many panels"
              value={many}
              options={[
                { value: 'each', label: isRegex ? 'One panel per match' : 'One panel each' },
                { value: 'one', label: 'All in one' },
              ]}
              onChange={setMany}
            />
          </div>
          <p className="hint">
            {isRegex
              ? `${plural(matched.length, 'metric')} now. Metrics that are logged later join by themselves.`
              : `${plural(chosen.length, 'metric')} chosen.`}
          </p>
        </div>
      </div>
      {/* One panel per match is a section of its own. */}
      {!(isRegex && many === 'each') && where}
      <div className="acts row right">
        {isTooMany && <span className="hint">More than {CHOSEN_MAX}: a regular expression says it shorter.</span>}
        <Button kind="primary" icon="plus" disabled={keys.length === 0 || isTooMany} onClick={add}>
          {what}
        </Button>
      </div>
    </>
  )
}
