/** The menu of a panel at the pointer: a right click, or the menu key in a focused panel. */

import { DropdownMenu } from 'radix-ui'
import { useStore } from 'zustand'
import { titleOf } from '../../panels/registry'
import { copyText } from '../../ui/clipboard'
import { MenuItem, MenuLabel, MenuSeparator } from '../../ui/Menu'
import { useDesk } from './desk'
import { intentsOf } from './PanelSlot'
import { type Built, flatSections } from './sections'
import { copyPanelsTo, movePanelsTo, removeChosen } from './SelectionBar'

/** So many sections to copy to stand in the menu; the bar of selected panels has them all. */
const SECTIONS_MAX = 6

export function PanelMenu({ built }: { built: Built }) {
  const desk = useDesk()
  const menu = useStore(desk.ui, state => state.menu)
  const panel = menu && built.byId.get(menu.id)
  if (!menu || !panel) return null
  const { id, x, y } = menu
  const close = (): void => desk.ui.setState({ menu: null })
  const intents = intentsOf(desk, id)
  const { selected } = desk.ui.getState()
  const ids = selected.has(id) ? [...selected] : [id]
  const own = flatSections(built.sections).filter(section => section.isOwn && section !== built.placeOf.get(id))
  const copyLink = async (): Promise<void> => {
    await desk.store.settled()
    const url = new URL(location.href)
    url.searchParams.set('panel', id)
    await copyText(url.toString(), 'the link to this panel')
  }
  return (
    <DropdownMenu.Root open modal={false} onOpenChange={open => !open && close()}>
      <DropdownMenu.Trigger asChild>
        <span className="menu-at" style={{ left: x, top: y }} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="pop menu"
          align="start"
          collisionPadding={8}
          aria-label={titleOf(panel)}
          onCloseAutoFocus={event => event.preventDefault()}
        >
          <MenuLabel>{ids.length > 1 ? `${ids.length} panels` : titleOf(panel)}</MenuLabel>
          <MenuItem icon="settings" keys="s" onSelect={intents.onEdit}>
            Settings
          </MenuItem>
          <MenuItem icon="expand" keys="f" onSelect={intents.onFull}>
            Full screen
          </MenuItem>
          <MenuItem icon="link" onSelect={() => void copyLink()}>
            Copy link to this panel
          </MenuItem>
          <MenuItem icon="check" keys="shift+x" onSelect={() => desk.toggleSelected(id)}>
            {selected.has(id) ? 'Do not select' : 'Select'}
          </MenuItem>
          <MenuItem icon="copy" keys="shift+d" onSelect={intents.onDuplicate}>
            Duplicate
          </MenuItem>
          <MenuSeparator />
          <MenuLabel>Copy to section</MenuLabel>
          {own.slice(0, SECTIONS_MAX).map(section => (
            <MenuItem key={section.id} icon="folder" onSelect={() => copyPanelsTo(desk, ids, section.id)}>
              <span className="cut">{section.title || 'Untitled'}</span>
            </MenuItem>
          ))}
          <MenuItem icon="plus" onSelect={() => copyPanelsTo(desk, ids, null)}>
            New section
          </MenuItem>
          <MenuItem icon="arrow" onSelect={() => movePanelsTo(desk, ids, null)}>
            Move to a new section
          </MenuItem>
          <MenuSeparator />
          <MenuItem icon="trash" keys="delete" isDanger onSelect={() => removeChosen(desk, ids)}>
            Remove
          </MenuItem>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
