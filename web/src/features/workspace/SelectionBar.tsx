/** What can be done to the selected panels. */

import { useStore } from 'zustand'
import { Button, IconButton } from '../../ui/Button'
import { plural } from '../../ui/format'
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../../ui/Menu'
import { type Desk, useDesk } from './desk'
import { addPanels, addSection, movePanels, removePanels } from './edits'
import { type Built, flatSections } from './sections'

export function SelectionBar({ built }: { built: Built }) {
  const desk = useDesk()
  const selected = useStore(desk.ui, state => state.selected)
  const ids = [...selected].filter(id => built.byId.has(id))
  if (ids.length === 0) return null
  const what = plural(ids.length, 'panel')
  return (
    <div className="selection-bar" role="toolbar" aria-label="Selected panels">
      <span className="b" role="status">
        {what} selected
      </span>
      <SectionMenu built={built} label="Move to" onChoose={to => movePanelsTo(desk, ids, to)} />
      <SectionMenu built={built} label="Copy to" onChoose={to => copyPanelsTo(desk, ids, to)} />
      <Button small kind="danger" icon="trash" onClick={() => removeChosen(desk, ids)}>
        Remove
      </Button>
      <IconButton small icon="close" label="Clear the selection" keys="escape" onClick={() => desk.clearSelected()} />
    </div>
  )
}

/** Sections of a person's own; null: a new one. */
function SectionMenu({
  built,
  label,
  onChoose,
}: {
  built: Built
  label: string
  onChoose: (section: string | null) => void
}) {
  const own = flatSections(built.sections).filter(section => section.isOwn)
  return (
    <Menu
      label={label}
      trigger={
        <Button small icon={label === 'Move to' ? 'arrow' : 'copy'}>
          {label}
        </Button>
      }
    >
      <MenuLabel>Sections of your own</MenuLabel>
      {own.map(section => (
        <MenuItem key={section.id} icon="folder" onSelect={() => onChoose(section.id)}>
          <span className="cut">{section.title || 'Untitled'}</span>
        </MenuItem>
      ))}
      {own.length > 0 && <MenuSeparator />}
      <MenuItem icon="plus" onSelect={() => onChoose(null)}>
        New section
      </MenuItem>
    </Menu>
  )
}

export function movePanelsTo(desk: Desk, ids: readonly string[], section: string | null): void {
  desk.edit(`move ${plural(ids.length, 'panel')}`, spec => {
    const [next, to] = section === null ? addSection(spec, 'New section') : [spec, section]
    return movePanels(next, desk.built, ids, to)
  })
  desk.clearSelected()
}

export function copyPanelsTo(desk: Desk, ids: readonly string[], section: string | null): void {
  const panels = ids.flatMap(id => desk.built.byId.get(id) ?? [])
  desk.edit(`copy ${plural(ids.length, 'panel')}`, spec => {
    const [next, to] = section === null ? addSection(spec, 'New section') : [spec, section]
    return addPanels(next, to, panels)[0]
  })
  desk.clearSelected()
}

export function removeChosen(desk: Desk, ids: readonly string[]): void {
  const what = plural(ids.length, 'panel')
  desk.editAndSay(`remove ${what}`, `Removed ${what}`, spec => removePanels(spec, desk.built, ids))
  desk.clearSelected()
}
