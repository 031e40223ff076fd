import { effect, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { connection, findSession, session, signOut } from './api';
import { follow } from './fleet-store';
import { Link, path } from './router';
import { Toasts } from './components/toasts';
import { ChartsView } from './views/charts';
import { FleetView } from './views/fleet';
import { SignIn } from './views/sign-in';
import { WorkflowView } from './views/workflow';

const THEMES = ['auto', 'light', 'dark'] as const;
const theme = signal(localStorage.getItem('theme') ?? 'auto');
effect(() => {
  document.documentElement.dataset['theme'] = theme.value;
  localStorage.setItem('theme', theme.value);
});

/** The console. */
export function App() {
  useEffect(() => {
    const ask = (): void =>
      void findSession().catch((error: unknown) => {
        connection.value = { state: 'lost', why: error instanceof Error ? error.message : String(error) };
        setTimeout(ask, 2_000);
      });
    ask();
  }, []);
  const signedIn = session.value?.signedIn;
  useEffect(() => (signedIn ? follow() : undefined), [signedIn]);
  return (
    <>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <Top />
      <Trouble />
      <div id="main" tabIndex={-1}>
        {signedIn === undefined ? (
          <main class="empty quiet">Connecting…</main>
        ) : signedIn ? (
          <View />
        ) : (
          <SignIn />
        )}
      </div>
      <Toasts />
    </>
  );
}

function View() {
  const [, id] = /^\/workflows\/(.+)$/.exec(path.value) ?? [];
  if (id !== undefined) return <WorkflowView key={id} id={decodeURIComponent(id)} />;
  if (path.value === '/charts') return <ChartsView />;
  return <FleetView />;
}

function Top() {
  const { about, needsToken, signedIn } = session.value ?? {};
  const at = (to: string): 'page' | undefined => (path.value === to ? 'page' : undefined);
  return (
    <header class="top">
      <Link to="/" class="brand" aria-label="Stateful Workflow console: fleet">
        <img src="/icon.svg" alt="" width={22} height={22} />
        <span>Stateful Workflow</span>
      </Link>
      {signedIn && (
        <nav aria-label="Views">
          <Link to="/" aria-current={at('/')}>
            Fleet
          </Link>
          <Link to="/charts" aria-current={at('/charts')}>
            Charts
          </Link>
        </nav>
      )}
      <div class="where">
        {about && (
          <span class="namespace" title={`Namespace ${about.namespace} at ${about.address}`}>
            <b>{about.namespace}</b> {about.address}
          </span>
        )}
        {about?.readOnly && <span class="badge wait">read-only</span>}
        <Connection />
        <label>
          <span class="hidden">Theme</span>
          <select value={theme} onChange={({ currentTarget }) => (theme.value = currentTarget.value)}>
            {THEMES.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {needsToken && signedIn && (
          <button class="plain" onClick={() => void signOut()}>
            Sign out
          </button>
        )}
      </div>
    </header>
  );
}

function Connection() {
  const { state } = connection.value;
  const [tone, said] = { live: ['good', 'live'], lost: ['bad', 'lost'], connecting: ['wait', 'connecting'] }[
    state
  ];
  return (
    <span class={`badge ${tone}`} role="status" title={connection.value.why ?? 'Changes show by themselves'}>
      <span class="dot" aria-hidden="true" />
      {said}
    </span>
  );
}

function Trouble() {
  const { state, why } = connection.value;
  if (state !== 'lost') return null;
  return (
    <div class="banner" role="alert">
      <strong>Connection lost.</strong> {why} What you see is as it was; it goes on by itself once the
      connection is back.
    </div>
  );
}
