/** Something to work in that floats at an anchor; a sheet from below on a phone. Opened and closed by whoever draws it. */
import { Popover as Radix } from 'radix-ui'
import { type ComponentProps, type ReactNode, type RefObject, useMemo } from 'react'
import { cx } from './cx'
import { Drawer } from './Dialog'
import { useFocusBack } from './useFocusBack'
import { useMedia } from './useToken'

export interface Rect {
  getBoundingClientRect: () => DOMRect
}

function Content(props: ComponentProps<typeof Radix.Content>) {
  return <Radix.Content {...props} onCloseAutoFocus={useFocusBack()} />
}

export function Float({
  isOpen,
  onClose,
  anchor,
  title,
  align = 'start',
  side = 'bottom',
  className,
  children,
}: {
  isOpen: boolean
  onClose: () => void
  anchor: RefObject<Rect | null>
  title: string
  align?: 'start' | 'center' | 'end'
  side?: 'bottom' | 'right' | 'top' | 'left'
  className?: string
  children: ReactNode
}) {
  const isPhone = useMedia('(max-width: 720px)')
  const virtual = useMemo(
    () => ({ current: { getBoundingClientRect: () => anchor.current?.getBoundingClientRect() ?? new DOMRect() } }),
    [anchor],
  )
  if (isPhone) {
    return (
      <Drawer isOpen={isOpen} onClose={onClose} title={title}>
        <div className={cx('float-sheet', className)}>{children}</div>
      </Drawer>
    )
  }
  return (
    <Radix.Root open={isOpen} onOpenChange={open => !open && onClose()}>
      <Radix.Anchor virtualRef={virtual} />
      <Radix.Portal>
        <Content
          className={cx('pop', className)}
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={8}
          aria-label={title}
          // A field that wants the focus has it by now; else the content itself, not its first button.
          onOpenAutoFocus={event => {
            event.preventDefault()
            const content = event.currentTarget as HTMLElement
            if (!content.contains(document.activeElement)) content.focus()
          }}
        >
          {children}
        </Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
