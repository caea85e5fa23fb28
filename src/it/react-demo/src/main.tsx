import { connect } from "fanfare-client";
import { FanfareProvider } from "fanfare-client/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App";

const server: string = import.meta.env.VITE_FANFARE ?? "http://127.0.0.1:8080";
const fanfare = connect(server);

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element with the id root.");
createRoot(root).render(
  <StrictMode>
    <FanfareProvider connection={fanfare}>
      <App server={server} />
    </FanfareProvider>
  </StrictMode>,
);
