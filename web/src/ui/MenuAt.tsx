/** A menu where the pointer is: what a right click opens. Its items are those of `Menu`. */
import { DropdownMenu } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { cx } from './cx'
import { useFocusBack } from './useFocusBack'

export interface Point {
  x: number
  y: number
}

function Content(props: ComponentProps<typeof DropdownMenu.Content>) {
  return <DropdownMenu.Content {...props} onCloseAutoFocus={useFocusBack()} />
}

export function MenuAt({
  point,
  label,
  onClose,
  children,
  className,
}: {
  /** Null: closed. */
  point: Point | null
  label: string
  onClose: () => void
  children: ReactNode
  className?: string
}) {
  return (
    <DropdownMenu.Root open={point !== null} onOpenChange={open => !open && onClose()} modal={false}>
      <DropdownMenu.Trigger asChild>
        <span
          aria-hidden="true"
          style={{ position: 'fixed', left: point?.x ?? 0, top: point?.y ?? 0, width: 0, height: 0 }}
        />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <Content
          className={cx('pop menu', className)}
          align="start"
          sideOffset={2}
          collisionPadding={8}
          aria-label={label}
        >
          {children}
        </Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
