/** A section: its head with what can be done to it, its panels while it is open, the sections inside. */

import { memo, useMemo, useState } from 'react'
import type { MetricAxes } from '../../panels/axes'
import type { DrawnRun, PanelSettings } from '../../panels/context'
import type { Settings } from '../../panels/schema'
import { IconButton } from '../../ui/Button'
import { TextInput } from '../../ui/controls'
import { plural } from '../../ui/format'
import { Icon } from '../../ui/icons'
import { Menu, MenuItem, MenuSeparator } from '../../ui/Menu'
import { type Desk, useDesk } from './desk'
import { addPanels, addSection, foldSection, moveSection, removeSection, renameSection, shiftSection } from './edits'
import { perRowOf } from './grid'
import { PanelGrid } from './PanelGrid'
import { sectionSettings } from './panelSettings'
import { type BuiltSection, flatSections } from './sections'

export interface SectionProps {
  section: BuiltSection
  runs: readonly DrawnRun[]
  /** What the page says. */
  pageSettings: Settings | undefined
  zoom: PanelSettings['zoom']
  /** What metrics stand over where nobody chose an axis. */
  axes: MetricAxes
  scroller: Element | null
  widthPx: number
  canArrange: boolean
}

export const SectionView = memo(function SectionView(props: SectionProps) {
  const { section, runs, pageSettings, zoom, axes, scroller, widthPx, canArrange } = props
  const { id, title, isOwn, isFolded, count } = section
  const desk = useDesk()
  const [isNaming, setNaming] = useState(false)
  const settings = useMemo(
    () => sectionSettings(pageSettings, section, zoom, axes),
    [pageSettings, section, zoom, axes],
  )
  const isOpen = !isFolded
  const perRow = perRowOf(widthPx, settings.columns)
  const fold = (): void =>
    desk.edit(`${isOpen ? 'fold' : 'open'} ${title}`, spec =>
      foldSection(spec, section, isOpen, flatSections(desk.built.sections)),
    )
  return (
    <section
      aria-label={title || 'Section'}
      className="ws-section"
      data-section={id}
      {...(isOwn ? { 'data-drop': id } : {})}
    >
      {/* Sections are also moved by their menu: dragging is the pointer's way. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <h2
        className="section-h"
        {...(isOwn && canArrange && !isNaming
          ? {
              draggable: true,
              onDragStart: event => {
                event.dataTransfer.setData('text/assay-section', id)
                event.dataTransfer.effectAllowed = 'move'
              },
            }
          : {})}
        onDragOver={event => {
          if (isOwn && event.dataTransfer.types.includes('text/assay-section')) event.preventDefault()
        }}
        onDrop={event => {
          const from = event.dataTransfer.getData('text/assay-section')
          if (!isOwn || !from) return
          event.preventDefault()
          desk.edit('move section', spec => moveSection(spec, from, id))
        }}
      >
        {isNaming ? (
          <NameInput
            name={title}
            onDone={name => {
              setNaming(false)
              if (name && name !== title) desk.edit(`rename section ${title}`, spec => renameSection(spec, id, name))
            }}
          />
        ) : (
          <button type="button" className="fold" aria-expanded={isOpen} onClick={fold}>
            <Icon name={isOpen ? 'chev-d' : 'chev-r'} size={14} />
            <span className="cut">{title || 'Untitled'}</span>
            <span className="n">{plural(count, 'panel')}</span>
          </button>
        )}
        {section.settings && Object.keys(section.settings).length > 0 && (
          <span className="pill" title="Panels of this section inherit settings from it">
            own settings
          </span>
        )}
        <span className="after">
          <IconButton
            small
            icon="settings"
            label={`Settings of section ${title}`}
            onClick={() => desk.ui.setState({ drawer: { of: 'section', id } })}
          />
          <Menu
            align="end"
            label={title}
            trigger={<IconButton small icon="more" label={`More about section ${title}`} />}
          >
            {isOwn && (
              <>
                <MenuItem icon="plus" onSelect={() => desk.ui.setState({ adding: { section: id } })}>
                  Add panel here
                </MenuItem>
                <MenuItem icon="edit" onSelect={() => setNaming(true)}>
                  Rename section
                </MenuItem>
                <MenuItem
                  icon="layers"
                  onSelect={() => desk.edit('add section', spec => addSection(spec, 'New section', { parent: id })[0])}
                >
                  Add section inside
                </MenuItem>
                <MenuItem
                  icon="arrow-up"
                  onSelect={() => desk.edit(`move ${title}`, spec => shiftSection(spec, id, -1))}
                >
                  Move up
                </MenuItem>
                <MenuItem
                  icon="arrow-down"
                  onSelect={() => desk.edit(`move ${title}`, spec => shiftSection(spec, id, 1))}
                >
                  Move down
                </MenuItem>
                <MenuSeparator />
              </>
            )}
            <MenuItem icon="check" onSelect={() => selectPanels(desk, section)}>
              Select its panels
            </MenuItem>
            <MenuItem icon="copy" onSelect={() => keepSection(desk, section)}>
              Copy as a section of your own
            </MenuItem>
            {isOwn && (
              <>
                <MenuSeparator />
                <MenuItem
                  icon="trash"
                  isDanger
                  onSelect={() =>
                    desk.editAndSay(`delete section ${title}`, `Deleted section ${title}`, spec =>
                      removeSection(spec, id),
                    )
                  }
                >
                  Delete section
                </MenuItem>
              </>
            )}
          </Menu>
        </span>
      </h2>
      {isOpen && (
        <>
          {section.panels.length > 0 && (
            <PanelGrid
              section={section}
              runs={runs}
              settings={settings}
              scroller={scroller}
              perRow={perRow}
              canArrange={canArrange}
            />
          )}
          {isOwn && count === 0 && <EmptySection desk={desk} id={id} />}
          {section.sections.length > 0 && (
            <div className="inner-sections">
              {section.sections.map(inner => (
                <SectionView key={`${inner.isOwn}${inner.id}`} {...props} section={inner} />
              ))}
            </div>
          )}
        </>
      )}
    </section>
  )
})

function selectPanels(desk: Desk, section: BuiltSection): void {
  desk.select(flatSections([section]).flatMap(({ panels }) => panels.map(panel => panel.id)))
}

/** Its panels as they are now, in a section that stays as it is. */
export function keepSection(desk: Desk, section: BuiltSection, title = section.title): void {
  const panels = flatSections([section]).flatMap(inner => inner.panels)
  desk.edit(`copy section ${title}`, spec => {
    const [next, id] = addSection(spec, title, { fields: section.settings ? { settings: section.settings } : {} })
    return addPanels(next, id, panels)[0]
  })
}

function EmptySection({ desk, id }: { desk: Desk; id: string }) {
  return (
    <p className="empty-section hint">
      No panels here.{' '}
      <button type="button" className="link" onClick={() => desk.ui.setState({ adding: { section: id } })}>
        Add a panel
      </button>{' '}
      or drag one here.
    </p>
  )
}

function NameInput({ name, onDone }: { name: string; onDone: (name: string | null) => void }) {
  const [typed, setTyped] = useState(name)
  return (
    <TextInput
      aria-label="Name of the section"
      // oxlint-disable-next-line jsx-a11y/no-autofocus -- it takes the place of what was just clicked
      autoFocus
      value={typed}
      onChange={event => setTyped(event.target.value)}
      onFocus={event => event.target.select()}
      onBlur={() => onDone(typed.trim())}
      onKeyDown={event => {
        if (event.key === 'Enter') onDone(typed.trim())
        else if (event.key === 'Escape') {
          event.stopPropagation()
          onDone(null)
        }
      }}
    />
  )
}
