import { useStream } from "fanfare-client/react";

interface Price {
  symbol: string;
  price: number;
  change: number;
}

/** The newest price of each symbol. A hidden tab reads none. */
export function Prices({ server }: { server: string }) {
  const { events, state } = useStream(`${server}/prices`, { whenHidden: "pause" });
  const prices = new Map(events.map(event => JSON.parse(event.data) as Price).map(price => [price.symbol, price]));
  return (
    <section aria-labelledby="prices">
      <h2 id="prices">Prices</h2>
      {prices.size === 0 && <p role="status">{state.reason}</p>}
      <table>
        <tbody>
          {[...prices.values()].map(({ symbol, price, change }) => (
            <tr key={symbol}>
              <th scope="row">{symbol}</th>
              <td>{price.toFixed(2)}</td>
              <td>{change.toFixed(2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
