// Where there is land: rows of 1.5 degrees from 78 N down, each a list of runs from 180 W, sea first, in base 36.
// Made from Natural Earth's 110m land (public domain).
const rows = [
	"14 2 j 6 7 x m 3 1k 2 1e",
	"16 4 1 2 3 3 3 2 4 1 f r 1g 4 j e g 4 o",
	"11 3 16 o 1f 2 j f 1b",
	"11 4 1 3 1 1 1 2 2 3 1 2 2 6 h m 1e 2 9 2 6 w 7 2 p",
	"0 2 d 1 m 1 3 8 6 2 2 c d k 1e 3 7 3 1 11 2 d i 1",
	"b f 6 4 2 1 3 b 1 1 1 2 5 1 4 7 9 k t 9 i 1 4 3 1 1l 7 5 2",
	"0 2 7 z 4 2 4 2 1 4 2 2 6 4 a f u g 3 2 3 2 1 8 1 3 1 1y",
	"0 3 1 2 6 1h 6 8 5 d w i 3 i 1 1z",
	"3 2 4 1h 1 1 4 7 2 1 7 8 c 6 h 6 3 6 4 2l",
	"d 1b 2 2 1 2 5 5 9 7 d 2 i 7 2 2w 1",
	"a 1c 6 1 3 3 3 2 b 5 w 8 2 2n 1 8 2",
	"a b 1 z b 6 f 2 w 9 2 2i 5 5 6",
	"c 5 a u b 6 2 2 1a 8 4 28 2 1 2 2 4 2 b",
	"f 1 1 1 d r b a 11 1 b 3 5 25 c 3 c",
	"d 1 i u 7 a 11 2 7 2 1 3 3 26 c 5 b",
	"a 1 m w 2 f x 1 1 2 7 1 4 1 1 25 e 4 c",
	"v 1 2 v 2 g v 2 1 3 3 2k 9 3 d",
	"z v 1 f z 4 2 2k 9 1 f",
	"z 15 2 2 10 2 3 2l 1 1 o",
	"10 12 1 2 4 3 x 1 1 2m r",
	"11 14 7 1 x 2n r",
	"11 17 13 l 2 1 2 7 3 1l s",
	"11 11 2 1 16 9 2 9 7 5 3 1l 3 2 o",
	"11 10 15 8 5 2 3 7 9 4 3 1h 5 3 o",
	"11 z 16 7 8 2 2 6 2 4 2 6 3 1e y",
	"11 y 17 6 a 1 2 2 3 f 3 18 1 1 1 2 8 2 p",
	"12 w 18 6 a 1 3 2 2 f 3 17 4 3 7 1 q",
	"13 u 1b 3 3 1 1 3 b 1r 3 2 5 3 q",
	"13 u 1b 2 1 8 9 2 4 1 1 1k 4 2 2 6 q",
	"15 r 1b c h 1k 8 3 t",
	"16 o 1c g 3 2 8 1m 6 1 w",
	"17 1 1 l 1c i 1 1w 13",
	"17 1 1 c 2 1 5 1 1b 13 2 1b 13",
	"17 2 1 9 a 1 19 v 2 9 2 1a 13",
	"19 1 1 8 a 2 1 1 15 x 1 9 4 17 14",
	"19 1 2 7 1j x 2 9 2 2 7 y 15",
	"1d 6 1i z 2 d 7 w 2 1 13",
	"1e 5 c 1 15 10 1 e 6 d 2 e 19",
	"1e 5 5 2 6 3 12 10 2 c a 9 4 9 1d",
	"1f 5 3 3 a 2 z 10 2 b b 7 7 8 1 2 1a",
	"1h 8 1c 11 2 9 c 6 8 8 9 2 12",
	"1j 1 2 6 19 11 2 7 e 5 9 1 1 7 8 1 13",
	"1n 6 18 13 1 4 h 3 c 8 7 1 13",
	"1q 2 19 15 k 3 d 7 9 1 11",
	"1r 1 7 1 1 1 10 13 3 2 h 2 g 3 9 1 1 1 10",
	"1s 1 5 2 1 6 w 17 h 2 h 1 1d",
	"1t 1 2 c v 16 k 1 b 2 f 2 10",
	"1w d v 15 k 1 d 1 f 1 10",
	"1w h t 6 3 t w 1 2 2 8 2 15",
	"1x h 14 q w 2 1 2 7 2 16",
	"1w i 14 p y 2 1 1 5 5 15",
	"1v k 13 n 11 3 4 6 1 3 2 1 y",
	"1u n 11 m 13 2 4 5 7 1 2 1 v",
	"1u o 10 l 14 3 3 5 1 2 8 1 1 2 r",
	"1u s x k 15 3 5 1 4 1 2 1 4 7 o",
	"1u u w i 17 2 l 5 n",
	"1u v v i 18 2 2 1 e 1 2 6 6 1 f",
	"1v u w h 1c 3 f 4 1 2 7 1 d",
	"1w s x i 1j 1 f 2 k",
	"1w r y i 2l",
	"1x q y i 1o 4 4 1 o",
	"1x p y j 5 1 1f 1 1 5 3 2 o",
	"1y o y j 4 3 1d 8 3 3 n",
	"20 m y h 4 4 1d b 1 3 n",
	"21 l y g 5 4 1c h m",
	"21 k 10 e 7 2 1b k a 1 a",
	"21 k 10 f 5 3 19 n a 1 9",
	"21 i 13 e 5 3 18 p j",
	"21 f 16 d 6 2 19 q i",
	"21 f 16 c 1i q i",
	"21 f 16 c 1i q i",
	"20 f 18 a 1k p i",
	"20 e 1a 8 1l p i",
	"20 d 1b 7 1m 8 4 d i",
	"20 c 1c 5 1o 6 7 1 1 9 j",
	"20 a 3m 8 f 1 4",
	"1z b 3n 7 g 1 3",
	"1z a 3p 2 1 1 i 3 1",
	"1z 8 4d 2 2",
	"1z 6 3w 2 h 1 3",
	"1z 6 3w 2 f 2 4",
	"1y 6 4c 2 6",
	"1y 5 4c 3 6",
	"1y 6 4k",
	"1y 5 4l",
	"1y 4 4m",
	"1y 4 5 2 4f",
	"1z 4 4l",
	"20 5 4j",
	"6o",
];

export const step = 1.5;
export const north = 78;

// grid[row][column] tells whether there is land.
export const grid = rows.map((row) => {
	const cells = [];
	let land = false;
	for (const run of row.split(" ")) {
		for (let n = parseInt(run, 36); n > 0; n--) cells.push(land);
		land = !land;
	}
	return cells;
});

export function isLand(lat, lon) {
	const row = grid[Math.floor((north - lat) / step)];
	return row !== undefined && row[Math.floor((lon + 180) / step)] === true;
}
