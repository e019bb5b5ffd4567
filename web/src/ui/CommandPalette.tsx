/**
 * One field over the page that finds anything: actions first, then things. It draws the groups it is given and walks them with
 * the keyboard; what is in them, and asking the server, is the caller's.
 */

import { Command } from 'cmdk'
import { Dialog } from 'radix-ui'
import { type ReactNode, useState } from 'react'
import { DialogContent } from './Dialog'
import { Icon, type IconName } from './icons'
import { Kbd } from './Kbd'
import { piecesOf } from './match'

export interface PaletteItem {
  /** Unique among all items. */
  id: string
  label: string
  icon: IconName
  /** Instead of the icon: a state. */
  glyph?: ReactNode
  /** At the right: where it is, its value. */
  note?: ReactNode
  keys?: string | undefined
  onSelect: () => void
}

export interface PaletteGroup {
  title: string
  items: PaletteItem[]
}

export function CommandPalette({
  isOpen,
  onClose,
  query,
  onQuery,
  groups,
  status,
  hint,
}: {
  isOpen: boolean
  onClose: () => void
  query: string
  onQuery: (query: string) => void
  groups: readonly PaletteGroup[]
  /** Under the list: still asking, nothing found, not reachable. */
  status?: ReactNode
  hint?: ReactNode
}) {
  const [chosen, setChosen] = useState('')
  // Answers come and go while somebody types: Enter always means the row that is marked, and one always is.
  const ids = groups.flatMap(group => group.items.map(item => item.id))
  const marked = ids.includes(chosen) ? chosen : (ids[0] ?? '')
  return (
    <Dialog.Root open={isOpen} onOpenChange={open => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="scrim" />
        <DialogContent className="pal" aria-describedby={undefined}>
          <Dialog.Title className="vh">Command palette</Dialog.Title>
          <Command shouldFilter={false} loop label="Command palette" value={marked} onValueChange={setChosen}>
            <div className="pal-q">
              <Icon name="search" />
              <Command.Input value={query} onValueChange={onQuery} placeholder="Search or jump to…" />
              {hint && <span className="small desk-only">{hint}</span>}
            </div>
            <Command.List className="pal-list" label="Results">
              {groups.map(group => (
                <Command.Group key={group.title} heading={<span className="menu-cap block">{group.title}</span>}>
                  {group.items.map(item => (
                    <Command.Item key={item.id} value={item.id} className="menu-i" onSelect={item.onSelect}>
                      {item.glyph ?? <Icon name={item.icon} />}
                      <span className="cut">
                        <Marked label={item.label} query={query} />
                      </span>
                      <span className="x">
                        {item.note !== undefined && item.note !== '' && <span className="cut">{item.note}</span>}
                        {item.keys && <Kbd keys={item.keys} />}
                      </span>
                    </Command.Item>
                  ))}
                </Command.Group>
              ))}
            </Command.List>
            {status && (
              <div className="pal-status" role="status">
                {status}
              </div>
            )}
            <div className="pal-foot">
              <span>
                <Kbd keys="arrowup" />
                <Kbd keys="arrowdown" /> choose
              </span>
              <span>
                <Kbd keys="enter" /> open
              </span>
              <span>
                <Kbd keys="escape" /> close
              </span>
              <span className="right">
                <Kbd keys=">" /> actions <Kbd keys="#" /> runs
              </span>
            </div>
          </Command>
        </DialogContent>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function Marked({ label, query }: { label: string; query: string }) {
  return piecesOf(label, query.replace(/^[>#]\s*/, '')).map((piece, index) =>
    // Pieces have no identity but their place.
    // oxlint-disable-next-line react/no-array-index-key
    piece.isHit ? <b key={index}>{piece.text}</b> : <span key={index}>{piece.text}</span>,
  )
}
