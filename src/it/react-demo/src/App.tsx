import { Connection } from "./Connection";
import { Job } from "./Job";
import { Messages } from "./Messages";
import { News } from "./News";
import { Prices } from "./Prices";

export function App({ server }: { server: string }) {
  return (
    <main>
      <h1>Fanfare in React</h1>
      <Connection />
      <Messages server={server} />
      <Prices server={server} />
      <Job id="react" />
      <News />
    </main>
  );
}
