/** Settings beside the page: of a panel, of a section, of all panels. */

import type { Column } from '../../data/project'
import type { MetricAxes } from '../../panels/axes'
import type { Settings } from '../../panels/schema'
import { originsOf, resolveSettings } from '../../panels/settings'
import { SettingsFields } from '../../panels/SettingsFields'
import { NumberInput, Field, Fields, FieldsTitle, Select, TextField } from '../../ui/form'
import { Button } from '../../ui/Button'
import type { Drawer as DrawerState } from './desk'
import { useDesk } from './desk'
import {
  findSection,
  renameSection,
  resetPage,
  setDepth,
  setMode,
  setPageSettings,
  setSectionPattern,
  setSectionSettings,
  startManual,
} from './edits'
import { PanelDrawer } from './PanelDrawer'
import { inheritedLayers } from './panelSettings'
import { type Built, type BuiltSection, flatSections, patternOf } from './sections'
import { SideDrawer } from './SideDrawer'
import { usePageState } from './usePage'
import { modeOf, ownSections } from './view'

interface Props {
  built: Built
  /** What the page says. */
  own: Settings | undefined
  columns: readonly Column[]
  /** What metrics stand over where nobody chose an axis. */
  axes: MetricAxes
}

export default function Drawers({ drawer, ...props }: Props & { drawer: DrawerState }) {
  if (drawer.of === 'page') return <PageDrawer {...props} />
  if (drawer.of === 'panel') return <PanelDrawer key={drawer.id} id={drawer.id} {...props} />
  const section = flatSections(props.built.sections).find(({ id }) => id === drawer.id)
  return section ? <SectionDrawer key={drawer.id} section={section} {...props} /> : null
}

function PageDrawer({ own, columns, built }: Props) {
  const desk = useDesk()
  const close = (): void => desk.ui.setState({ drawer: null })
  const mode = usePageState(desk, state => modeOf(state.spec))
  const depth = usePageState(desk, state => state.spec.automatic?.depth ?? 0)
  return (
    <SideDrawer
      title="Settings of all panels"
      onClose={close}
      foot={
        <Button
          kind="ghost"
          small
          className="right"
          onClick={() => desk.edit('reset settings of the page', spec => resetPage(spec))}
        >
          Reset
        </Button>
      }
    >
      <Fields>
        <Field
          label="Panels"
          help={mode === 'automatic' ? 'A panel for every metric.' : 'What you put here, and no more.'}
        >
          <Select
            label="Where panels come from"
            value={mode}
            options={[
              { value: 'automatic', label: 'Automatic' },
              { value: 'manual', label: 'Manual' },
            ]}
            onChange={next =>
              desk.edit(`${next} workspace`, spec =>
                next === 'manual' && ownSections({ ...spec, mode: 'manual' }).length === 0
                  ? startManual(spec, built)
                  : setMode(spec, next),
              )
            }
          />
        </Field>
        {mode === 'automatic' && (
          <Field label="Sections">
            <Select
              label="How names make sections"
              value={String(depth)}
              options={[
                { value: '0', label: 'By first prefix' },
                { value: '1', label: 'By two levels' },
                { value: '2', label: 'By three levels' },
                { value: '9', label: 'By every level' },
              ]}
              onChange={next => desk.edit('depth of sections', spec => setDepth(spec, Number(next)))}
            />
          </Field>
        )}
        <ColumnsField
          value={own?.columns}
          onChange={columns => desk.edit('panels in a row', spec => setPageSettings(spec, { columns }))}
        />
      </Fields>
      <FieldsTitle>X axis</FieldsTitle>
      <SettingsFields
        value={own}
        inherited={resolveSettings([])}
        origins={originsOf([])}
        columns={columns}
        onChange={(changes, options) =>
          desk.edit('settings of the page', spec => setPageSettings(spec, changes), options)
        }
      />
    </SideDrawer>
  )
}

function ColumnsField({
  value,
  onChange,
}: {
  value: number | undefined
  onChange: (columns: number | undefined) => void
}) {
  return (
    <Field label="In a row">
      <NumberInput
        label="Panels in a row"
        value={value || null}
        min={1}
        max={6}
        isInteger
        placeholder="by width"
        onChange={next => onChange(next ?? undefined)}
      />
    </Field>
  )
}

function SectionDrawer({ section, own, columns }: Props & { section: BuiltSection }) {
  const desk = useDesk()
  const layers = inheritedLayers(own, { ...section, layers: section.layers.slice(0, -1) })
  const pattern = usePageState(desk, state => findSection(ownSections(state.spec), section.id)?.pattern ?? '')
  const set = (changes: Parameters<typeof setSectionSettings>[2], options?: { replace?: boolean }): void =>
    desk.edit(`settings of ${section.title}`, spec => setSectionSettings(spec, section, changes), options)
  const reset: Record<string, undefined> = {}
  for (const name of Object.keys(section.settings ?? {})) reset[name] = undefined
  return (
    <SideDrawer
      title={section.title}
      about="Panels of this section inherit this"
      onClose={() => desk.ui.setState({ drawer: null })}
      foot={
        <Button kind="ghost" small className="right" disabled={!section.settings} onClick={() => set(reset)}>
          Reset
        </Button>
      }
    >
      <Fields>
        {section.isOwn && (
          <>
            <Field label="Name">
              <TextField
                label="Name of the section"
                value={section.title}
                onChange={title =>
                  desk.edit(`rename section ${section.title}`, spec => renameSection(spec, section.id, title))
                }
              />
            </Field>
            <Field label="Metrics" help="A regular expression: each metric that matches has a panel, new ones too.">
              <TextField
                label="Pattern of metrics"
                isMono
                placeholder="none"
                value={pattern}
                error={pattern && !patternOf(pattern) ? 'This is no regular expression' : undefined}
                onChange={text =>
                  desk.edit('pattern of the section', spec => setSectionPattern(spec, section.id, text))
                }
              />
            </Field>
          </>
        )}
        <ColumnsField value={section.settings?.columns} onChange={next => set({ columns: next })} />
      </Fields>
      <FieldsTitle>X axis</FieldsTitle>
      <SettingsFields
        value={section.settings}
        inherited={resolveSettings(layers.map(layer => layer.settings))}
        origins={originsOf(layers)}
        columns={columns}
        onChange={set}
      />
    </SideDrawer>
  )
}
