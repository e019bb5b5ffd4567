/** The page of a server without runs: three steps to the first one, which it opens by itself. */

import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState } from 'react'
import { account } from '../../data/account'
import { ProjectApi } from '../../data/project'
import { projects } from '../../data/projects'
import { Button } from '../../ui/Button'
import { CopyButton } from '../../ui/clipboard'
import { CodeBox } from '../../ui/CodeBox'
import { failureOf } from '../../ui/failure'
import { formatClock } from '../../ui/format'
import { Icon, StateGlyph } from '../../ui/icons'
import { Bone } from '../../ui/states'
import { useTitle } from '../../ui/useTitle'
import { PasswordBanner } from './PasswordBanner'

const POLL_MS = 1_500

const script = `import assay
run = assay.init(project="first-steps", config={"lr": 0.02})
for step in range(500):
    run.log({"loss": 1 / (1 + run.config.lr * step)})
run.finish()`

/** Where scripts reach this server: the address of this page without its path. */
const serverAddress = () => document.baseURI.replace(/\/$/, '')

/** A script of the same person on the server's machine finds it without a key. */
const isLoopback = () => /^(localhost|127\.|\[::1\])/.test(location.hostname)

export function FirstVisit() {
  useTitle('Welcome')
  return (
    <div className="first">
      <PasswordBanner />
      <div className="first-cols">
        <header>
          <h1>Your server is ready. Log a first run.</h1>
          <p>Three steps, about two minutes. Data stays on this server.</p>
        </header>
        <ol>
          <Step number={1} title="Install the client">
            <CodeLine code="pip install assay" />
          </Step>
          <Step number={2} title="Sign in where you train">
            <CodeLine code={`assay login ${serverAddress()}`} />
            <FirstKey />
            {isLoopback() && (
              <p className="sub">
                <Icon name="info" size={13} />
                <span>
                  On this machine, as the user who started the server, you can skip this step: scripts find the server
                  by themselves.
                </span>
              </p>
            )}
          </Step>
          <Step number={3} title="Run five lines" isLast>
            <div className="bx script">
              <FirstScript />
              <CopyButton kind="ghost" small text={`${script}\n`} />
            </div>
          </Step>
          <WaitBox />
        </ol>
        <aside>
          <h2>Already using wandb?</h2>
          <p>Change one line; calls keep their names and arguments.</p>
          <div className="codebox">
            <span className="del">import wandb</span>
            {'\n'}
            <span className="ins">
              <span className="k">import</span> assay <span className="k">as</span> wandb
            </span>
          </div>
          <h2>Training elsewhere, or offline?</h2>
          <p>
            Runs write to their own disk first. When the server is out of reach nothing stops; send what waits later
            with
          </p>
          <div className="codebox">assay sync ./.assay</div>
          <p className="more">
            <Link to="/settings">API keys and settings</Link>
          </p>
        </aside>
      </div>
    </div>
  )
}

function Step({
  number,
  title,
  isLast,
  children,
}: {
  number: number
  title: string
  isLast?: boolean
  children: ReactNode
}) {
  return (
    <li className={isLast ? 'step to' : 'step'}>
      <span className="no" aria-hidden="true">
        {number}
      </span>
      <div className="min-w-0">
        <h2>{title}</h2>
        {children}
      </div>
    </li>
  )
}

function CodeLine({ code }: { code: string }) {
  return (
    <div className="bx">
      <CodeBox label="Command">{code}</CodeBox>
      <CopyButton kind="ghost" small text={code} />
    </div>
  )
}

function FirstScript() {
  return (
    <CodeBox label="Python code">
      <span className="k">import</span> assay{'\n'}
      run = assay.<span className="f">init</span>(project=<span className="s">"first-steps"</span>, config=
      {'{'}
      <span className="s">"lr"</span>: <span className="m">0.02</span>
      {'})\n'}
      <span className="k">for</span> step <span className="k">in</span> <span className="f">range</span>(
      <span className="m">500</span>):{'\n    '}run.<span className="f">log</span>({'{'}
      <span className="s">"loss"</span>: <span className="m">1</span> / (<span className="m">1</span> + run.config.lr *
      step)
      {'})\n'}run.<span className="f">finish</span>()
    </CodeBox>
  )
}

/** Makes a key when asked to, and shows it this one time. */
function FirstKey() {
  const [secret, setSecret] = useState<string>()
  const [error, setError] = useState<string>()
  const [isSending, setSending] = useState(false)
  const create = async () => {
    setSending(true)
    try {
      setSecret((await account.createKey('first key')).secret)
      setError(undefined)
    } catch (failure) {
      setError(failureOf(failure, '').detail)
    }
    setSending(false)
  }
  if (secret === undefined)
    return (
      <>
        <div className="bx key">
          <div className="codebox">
            <span className="c">It asks for an API key.</span>
          </div>
          <Button small disabled={isSending} onClick={() => void create()}>
            Create key
          </Button>
        </div>
        {error && (
          <p className="sub" role="alert">
            <Icon name="error" size={13} />
            <span>No key was made. {error}</span>
          </p>
        )}
      </>
    )
  return (
    <>
      <div className="bx key">
        <CodeBox label="API key">
          <span className="c">Key </span> {secret}
        </CodeBox>
        <CopyButton small text={secret} label="Copy key" />
      </div>
      <p className="sub">
        <Icon name="warn" size={13} />
        <span>
          Shown once: only a hash is kept. Make more, or revoke it, in <Link to="/settings">Settings</Link>.
        </span>
      </p>
    </>
  )
}

/** The newest run anywhere, as soon as there is one. */
async function newestRun(signal: AbortSignal) {
  const { projects: list } = await projects.list({ limit: 1 }, signal)
  const project = list.find(({ run_count: runs }) => runs > 0)
  if (!project) return null
  const { runs } = await new ProjectApi(project.entity, project.name).runs(
    { filter: '', search: '', sort: [{ key: 'created_at', descending: true }], columns: [], cursor: '', limit: 1 },
    signal,
  )
  return runs[0] ?? null
}

function WaitBox() {
  const navigate = useNavigate()
  const [seconds, setSeconds] = useState(0)
  const { data: run, isError } = useQuery({
    queryKey: ['first-run'],
    queryFn: ({ signal }) => newestRun(signal),
    refetchInterval: POLL_MS,
    refetchIntervalInBackground: true,
    retry: false,
  })
  useEffect(() => {
    const start = Date.now()
    const timer = setInterval(() => setSeconds((Date.now() - start) / 1_000), 1_000)
    return () => clearInterval(timer)
  }, [])
  useEffect(() => {
    if (!run) return
    void navigate({
      to: '/$entity/$project/runs/$run',
      params: { entity: run.entity, project: run.project, run: run.id },
      replace: true,
    })
  }, [run, navigate])
  return (
    <li className="step last">
      <span className="no bare" aria-hidden="true">
        <StateGlyph state="running" size={20} label="" />
      </span>
      <div className="wbox">
        <div className="w">
          <span role="status">{isError ? 'The server does not answer…' : 'Waiting for your first run…'}</span>
          <span className="t3 right">
            listening on {location.host}, {formatClock(seconds)}
          </span>
        </div>
        <div className="ghost" aria-hidden="true">
          <Bone width={14} height={3} />
          <Bone width={118} height={10} />
          <Bone width="auto" height={4} />
          <Bone width={44} height={10} />
        </div>
        <div className="help">
          The page opens it by itself. Nothing yet? <code className="t1">assay status</code> says what is in the way.
        </div>
      </div>
    </li>
  )
}
